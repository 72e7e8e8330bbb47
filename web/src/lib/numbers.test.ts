import { expect, it } from "vitest";
import { typedNumber, writtenNumber } from "@/lib/numbers";

it.each([
  ["2", 2],
  ["2.", 2],
  ["2,5", 2.5],
  [" .5 ", 0.5],
  ["1e-2", 0.01],
  ["−3", -3],
  ["1e", null],
  ["1e999", null],
  ["1,024.5", null],
  ["0x10", null],
  ["", null],
])("what is typed as %j is the number %j", (text, read) => expect(typedNumber(text)).toBe(read));

it("a number has the decimal sign of the language, and all its digits", () => {
  expect(writtenNumber(0.5, "en")).toBe("0.5");
  expect(writtenNumber(0.5, "de")).toBe("0,5");
  expect(writtenNumber(1234567, "de")).toBe("1234567");
  expect(writtenNumber(1e-7, "de")).toBe("1e-7");
});
