import { expect, it } from "vitest";
import { dollars, duration, moment, shortCount } from "@/lib/figures";

it.each([
  [950, "950"],
  [1234, "1.2K"],
  [128_000, "128K"],
])("shortens %d to %s", (count, said) => expect(shortCount(count)).toBe(said));

it.each([
  [0, "$0.00"],
  [0.00042, "$0.00042"],
  [0.0123, "$0.0123"],
  [3.5, "$3.50"],
])("writes %d dollars as %s", (amount, said) => expect(dollars(amount)).toBe(said));

it.each([
  [0.42, "0.4 s"],
  [59.4, "59 s"],
  [125, "2 min 5 s"],
])("writes %d seconds as %s", (seconds, said) => expect(duration(seconds)).toBe(said));

it("writes today as a time and other days as a date", () => {
  const now = new Date(2026, 10, 30, 15, 0);
  const at = (date: Date) => date.getTime() / 1000;

  expect(moment(at(new Date(2026, 10, 30, 9, 5)), "en", now)).toMatch(/9:05/);
  expect(moment(at(new Date(2026, 2, 3)), "en", now)).toBe("Mar 3");
  expect(moment(at(new Date(2024, 2, 3)), "en", now)).toBe("Mar 3, 2024");
});
