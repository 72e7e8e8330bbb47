import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { chatsQuery } from "@/api/chats";
import { connectionsQuery } from "@/api/connections";
import { USUAL, preferencesQuery } from "@/api/preferences";
import { Palette } from "@/app/Palette";
import { languageChoices, speak } from "@/lib/words";

// Where one is led belongs to the pages, and there are none here.
vi.mock("@tanstack/react-router", () => ({ useNavigate: () => () => undefined }));

afterEach(() => act(() => speak("en")));

/** Open the palette and return its field. */
function opened(): HTMLElement {
  const cache = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  cache.setQueryData(preferencesQuery.queryKey, USUAL);
  cache.setQueryData(connectionsQuery.queryKey, []);
  cache.setQueryData(chatsQuery().queryKey, { pages: [{ chats: [], next: null }], pageParams: [null] });
  render(
    <QueryClientProvider client={cache}>
      <MantineProvider env="test">
        <Palette />
      </MantineProvider>
    </QueryClientProvider>,
  );
  fireEvent.keyDown(window, { key: "k", code: "KeyK", ctrlKey: true });
  return screen.getByRole("combobox");
}

const type = (field: HTMLElement, value: string) => fireEvent.change(field, { target: { value } });

it("stands on the first of what is found, also after keys were pressed where there was nothing", () => {
  const field = opened();

  type(field, "zzzz");
  fireEvent.keyDown(field, { key: "ArrowDown" });
  fireEvent.keyDown(field, { key: "ArrowUp" });
  fireEvent.change(field, { target: { value: "" } });

  expect(screen.getAllByRole("option")[0]?.getAttribute("aria-selected")).toBe("true");
  fireEvent.keyDown(field, { key: "ArrowDown" });
  expect(screen.getAllByRole("option")[1]?.getAttribute("aria-selected")).toBe("true");
});

it("leaves Escape to the word that is being composed", () => {
  const field = opened();

  fireEvent.keyDown(field, { key: "Escape", isComposing: true });
  expect(screen.queryByRole("dialog")).not.toBeNull();

  fireEvent.keyDown(field, { key: "Escape" });
  expect(screen.queryByRole("dialog")).toBeNull();
});

it("calls the languages what the settings call them", async () => {
  await act(() => speak("de"));
  const field = opened();

  type(field, "Sprache");
  fireEvent.keyDown(field, { key: "Enter" });

  const offered = screen.getAllByRole("option").map((each) => each.textContent);
  expect(offered).toEqual(languageChoices().map(({ label }) => label));
});
