import { expect, it } from "vitest";
import { dayAt } from "@/features/search/days";

it("a day ends where the next begins", () => {
  expect(dayAt("2026-11-30", true)).toBe(dayAt("2026-12-01"));
  expect(dayAt("2026-12-31", true)).toBe(dayAt("2027-01-01"));
});

it("what is not finished is no day", () => {
  expect(dayAt("")).toBeNull();
  expect(dayAt("2026-11")).toBeNull();
});
