import { expect, it } from "vitest";
import { isTitled } from "@/features/chats/listing";

it("a title is found by each of its words, whatever their case and order", () => {
  expect(isTitled("The Fox and the Crow", "crow fox")).toBe(true);
  expect(isTitled("The Fox", "fox crow")).toBe(false);
  expect(isTitled("Über Füchse", "über")).toBe(true);
  expect(isTitled("", "")).toBe(true);
});
