import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { chatsQuery } from "@/api/chats";
import type { Schemas } from "@/api/client";
import { connectionsQuery } from "@/api/connections";
import { USUAL, preferencesQuery } from "@/api/preferences";
import { Palette } from "@/app/Palette";
import { languageChoices, speak } from "@/lib/words";

// Where one is led belongs to the pages, and there are none here.
vi.mock("@tanstack/react-router", () => ({ useNavigate: () => () => undefined }));

afterEach(() => act(() => speak("en")));

// Who asks the server takes `fetch` as soon as it is loaded.
vi.hoisted(() => {
  globalThis.fetch = () => new Promise<Response>(() => undefined);
});

const chats = (...titles: string[]) => ({
  pages: [{ chats: titles.map((title) => ({ id: title, title }) as Schemas["ChatListed"]), next: null }],
  pageParams: [null],
});

/** Open the palette, in which no chats are known yet, and return its field. */
function opened(cache = new QueryClient()): HTMLElement {
  cache.setDefaultOptions({ queries: { staleTime: Number.POSITIVE_INFINITY } });
  cache.setQueryData(preferencesQuery.queryKey, USUAL);
  cache.setQueryData(connectionsQuery.queryKey, []);
  render(
    <QueryClientProvider client={cache}>
      <MantineProvider env="test">
        <Palette />
      </MantineProvider>
    </QueryClientProvider>,
  );
  fireEvent.keyDown(document, { key: "k", code: "KeyK", ctrlKey: true });
  return screen.getByRole("combobox");
}

const type = (field: HTMLElement, value: string) => fireEvent.change(field, { target: { value } });

it("stands on the first chat that comes, though keys were pressed while there was none", async () => {
  const cache = new QueryClient();
  const field = opened(cache);

  type(field, "ferryman");
  fireEvent.keyDown(field, { key: "ArrowDown" });
  fireEvent.keyDown(field, { key: "ArrowUp" });
  act(() => void cache.setQueryData(chatsQuery().queryKey, chats("The ferryman", "Another ferryman")));

  const [first, second] = await screen.findAllByRole("option");
  expect(first?.getAttribute("aria-selected")).toBe("true");
  fireEvent.keyDown(field, { key: "ArrowDown" });
  expect(second?.getAttribute("aria-selected")).toBe("true");
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
