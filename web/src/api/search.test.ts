import { expect, test } from "vitest";
import { asTyped } from "@/api/search";

test.each([
  ["bro", "bro*"],
  ["brown fo", "brown fo*"],
  ["  größe ", "größe*"],
  ["bro*", "bro*"],
  ['"brown fox"', '"brown fox"'],
  ['"brown fo', '"brown fo'],
  ['"brown fox" jum', '"brown fox" jum*'],
  ["what?", "what?"],
  ["", ""],
])("%j is looked for as %j", (typed, sought) => {
  expect(asTyped(typed)).toBe(sought);
});
