import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { CopyButton } from "@/ui/CopyButton";

afterEach(() => vi.unstubAllGlobals());

/** A browser on a page without encryption: only its old way of copying is left, or not even that. */
function withoutClipboard(copies: boolean) {
  vi.stubGlobal("navigator", { ...navigator, clipboard: undefined });
  document.execCommand = () => copies;
}

it.each([
  [true, "Copied"],
  [false, "Not copied"],
])("says how it went without a clipboard (%s)", async (copies, words) => {
  const user = userEvent.setup({ writeToClipboard: false });
  withoutClipboard(copies);
  render(
    <MantineProvider>
      <CopyButton text="a token" />
    </MantineProvider>,
  );

  await user.click(screen.getByRole("button", { name: "Copy" }));

  expect(await screen.findByText(words)).toBeTruthy();
});
