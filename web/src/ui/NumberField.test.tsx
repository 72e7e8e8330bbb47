import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, it } from "vitest";
import { NumberField } from "@/ui/NumberField";

/** Show a field that begins with 7, type into it, and return what it told. */
async function typed(text: string, isWhole: boolean): Promise<(number | null)[]> {
  const told: (number | null)[] = [];
  function Held() {
    const [value, setValue] = useState<number | null>(7);
    const take = (next: number | null) => {
      told.push(next);
      setValue(next);
    };
    return <NumberField aria-label="N" value={value} isWhole={isWhole} onChange={take} />;
  }
  render(
    <MantineProvider>
      <Held />
    </MantineProvider>,
  );
  const person = userEvent.setup();
  await person.clear(screen.getByRole("textbox"));
  await person.type(screen.getByRole("textbox"), text);
  await person.tab();
  return told;
}

const written = () => screen.getByRole<HTMLInputElement>("textbox").value;

it("marks a fraction where a whole number is needed, and never glues its digits", async () => {
  expect((await typed("2.5", true)).at(-1)).toBe(2);
  expect(written()).toBe("2.5");
  expect(screen.getByText(/no whole number/)).toBeTruthy();
});

it("reads exponents, and writes what it read once it is left", async () => {
  expect((await typed("1e-2", false)).at(-1)).toBe(0.01);
  expect(written()).toBe("0.01");
  expect(screen.queryByText(/no number/)).toBeNull();
});

it("marks what is no number", async () => {
  expect((await typed("1e-", false)).at(-1)).toBe(1);
  expect(screen.getByText(/no number/)).toBeTruthy();
});

it("steps with the arrows, and without the dust of fractions", async () => {
  expect(await typed("{ArrowUp}{ArrowUp}{ArrowDown}", true)).toEqual([null, 1, 2, 1]);
  expect(written()).toBe("1");
});
