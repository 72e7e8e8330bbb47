import { Button, MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { theme } from "@/app/theme";
import { Caution } from "@/ui/Caution";
import { Trouble } from "@/ui/Trouble";

it("has one look for what went wrong and one for what has to be known, and reads out the first alone", () => {
  render(
    <MantineProvider theme={theme}>
      <Trouble message="It failed." />
      <Caution title="Mind this">It may fail.</Caution>
      <Caution role="status">It may not.</Caution>
    </MantineProvider>,
  );

  const ground = (role: string) => screen.getByRole(role).style.getPropertyValue("--alert-bg");
  expect(ground("alert")).toBe("var(--tap-bad-ground)");
  expect(ground("note")).toBe("var(--tap-warn-ground)");
  expect(ground("status")).toBe("var(--tap-warn-ground)");
});

it("has what stands on red and on the accent hang on the page's colours, which turn them bright", () => {
  render(
    <MantineProvider theme={theme}>
      <Button color="red">Delete</Button>
      <Button>Save</Button>
    </MantineProvider>,
  );

  const word = (name: string) => screen.getByRole("button", { name }).style.getPropertyValue("--button-color");
  expect(word("Delete")).toBe("var(--tap-on-bad)");
  expect(word("Save")).toBe("var(--mantine-primary-color-contrast)");
});
