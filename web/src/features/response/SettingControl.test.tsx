import { MantineProvider } from "@mantine/core";
import { fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, it } from "vitest";
import type { SettingOffered } from "@/api/connections";
import { SettingControl } from "@/features/response/SettingControl";
import { type Value, beginningOf } from "@/features/response/draft";

/** Show the control of a setting; what it is turned to is put into the list that is returned. */
function shown(kind: SettingOffered["kind"], fields: Partial<SettingOffered> = {}): Value[] {
  const setting = { name: "x", title: "X", meaning: "What it does.", kind, choices: [], group: "", ...fields };
  const turned: Value[] = [];
  function Held() {
    const [value, setValue] = useState(beginningOf(setting));
    const onChange = (next: Value) => {
      turned.push(next);
      setValue(next);
    };
    return <SettingControl setting={setting} value={value} onChange={onChange} />;
  }
  render(
    <MantineProvider>
      <Held />
    </MantineProvider>,
  );
  return turned;
}

it("takes a schema as JSON, and keeps the last good one while it is being typed", () => {
  const turned = shown("json");
  const field = screen.getByRole("textbox", { name: "X" });

  fireEvent.change(field, { target: { value: '{"type": "object"}' } });
  fireEvent.change(field, { target: { value: '{"type": ' } });

  expect(turned).toEqual([{ type: "object" }]);
  expect(screen.getByText(/^Line 1: /)).toBeTruthy();
  expect((field as HTMLTextAreaElement).value).toBe('{"type": ');
});

it("takes a grammar of several lines as it stands", () => {
  const turned = shown("code");

  const grammar = 'root ::= "yes"\n  | "no"';
  fireEvent.change(screen.getByRole("textbox", { name: "X" }), { target: { value: grammar } });

  expect(turned).toEqual([grammar]);
});

it("takes token ids as numbers and says what is none", async () => {
  const user = userEvent.setup();
  const turned = shown("ids");

  await user.type(screen.getByRole("combobox", { name: "X" }), "13{Enter}word{Enter}");

  expect(turned.at(-1)).toEqual([13]);
  expect(screen.getByText("A token id is a whole number.")).toBeTruthy();
});

it("takes one id however it is written", async () => {
  const user = userEvent.setup();
  const turned = shown("ids");

  const field = screen.getByRole("combobox", { name: "X" });
  await user.type(field, "13{Enter}013{Enter}");

  expect(turned.at(-1)).toEqual([13]);
  expect(screen.queryByText("A token id is a whole number.")).toBeNull();
  // The keys of figures alone, as a phone would show them, have no way to end one.
  expect(field.getAttribute("inputmode")).toBeNull();
});

it.each(["number", "text", "choice", "code", "json", "ids", "list"] as const)(
  "says what a setting does to those who come upon its field (%s)",
  (kind) => {
    shown(kind);

    const field = screen.getAllByLabelText("X").find((each) => /INPUT|TEXTAREA/.test(each.tagName));
    const described = document.getElementById(field?.getAttribute("aria-describedby") ?? "");

    expect(described?.textContent ?? field?.getAttribute("aria-description")).toContain("What it does.");
  },
);

it("offers the words a list may well hold", async () => {
  const user = userEvent.setup();
  const turned = shown("list", { choices: ["top_k", "min_p"] });

  await user.click(screen.getByRole("combobox", { name: "X" }));
  await user.click(await screen.findByText("min_p"));

  expect(turned.at(-1)).toEqual(["min_p"]);
});
