import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, it } from "vitest";
import type { SettingOffered } from "@/api/connections";
import { SettingRow } from "@/features/response/SettingRow";
import { type Value, valueOf, withTurned } from "@/features/response/draft";

const SETTING: SettingOffered = {
  name: "n",
  title: "Answers",
  meaning: "How many.",
  kind: "integer",
  choices: [],
  group: "",
  refused: "This model gives one.",
} as never;

const row = (value: Value | null) => (
  <MantineProvider>
    <SettingRow setting={SETTING} value={value} onChange={() => {}} />
  </MantineProvider>
);

it("warns that a setting may be refused only once it is sent", () => {
  const { rerender } = render(row(null));
  expect(screen.queryByText("This model gives one.")).toBeNull();

  rerender(row(2));
  expect(screen.getByText("This model gives one.")).toBeTruthy();
});

it("says of an empty list that it is not sent, and is open for what comes into it", async () => {
  const person = userEvent.setup();
  const setting = { ...SETTING, title: "Stop strings", kind: "list", refused: null } as never;
  let kept: Value | null = null;
  function Held() {
    const [settings, setSettings] = useState({});
    kept = valueOf(settings, "n");
    return (
      <SettingRow
        setting={setting}
        value={kept}
        onChange={(value) => setSettings((before) => withTurned(before, { n: value }))}
      />
    );
  }
  render(
    <MantineProvider>
      <Held />
    </MantineProvider>,
  );

  await person.click(screen.getByRole("switch"));
  expect(kept).toBeNull();
  expect(screen.getByText("not sent")).toBeTruthy();
  expect(screen.getByText("It is empty, so it is not sent.")).toBeTruthy();

  await person.type(screen.getByRole("combobox"), "END{Enter}");
  expect(kept).toEqual(["END"]);
  expect(screen.getByText("sent")).toBeTruthy();
  expect(screen.queryByText("It is empty, so it is not sent.")).toBeNull();

  await person.type(screen.getByRole("combobox"), "{Backspace}");
  expect(kept).toBeNull();
  expect(screen.getByText("not sent")).toBeTruthy();
});
