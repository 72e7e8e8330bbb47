import { expect, it } from "vitest";
import { hasWords } from "@/lib/sought";

it("a text is found by each of its words, whatever their case and order", () => {
  expect(hasWords("The Fox and the Crow", "crow fox")).toBe(true);
  expect(hasWords("The Fox", "fox crow")).toBe(false);
  expect(hasWords("Über Füchse", "über")).toBe(true);
  expect(hasWords("", "")).toBe(true);
});
