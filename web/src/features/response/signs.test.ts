import { expect, it } from "vitest";
import { shownSigns, typedSigns } from "@/features/response/signs";

it("signs come back as they were", () => {
  for (const text of ["\nUser:", "a\\nb", "C:\\new\\table", "\\", "\t\r\n", "plain"]) {
    expect(typedSigns(shownSigns(text))).toBe(text);
  }
});

it("a typed line end is one", () => {
  expect(typedSigns("\\nUser:")).toBe("\nUser:");
  expect(shownSigns("\nUser:")).toBe("\\nUser:");
});
