import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import type { SettingOffered } from "@/api/connections";
import { SettingRow } from "@/features/response/SettingRow";
import type { Value } from "@/features/response/draft";

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
