import { beforeEach, expect, it } from "vitest";
import { belongTo, forgetTyped, placeOf } from "@/lib/whose";

beforeEach(() => localStorage.clear());

it("keeps what two people typed apart, and forgets only one's own", () => {
  belongTo("ada");
  localStorage.setItem(placeOf("new"), "Ada's words");
  belongTo("ben");
  expect(localStorage.getItem(placeOf("new"))).toBeNull();
  localStorage.setItem(placeOf("new"), "Ben's words");

  forgetTyped();

  expect(localStorage.getItem(placeOf("new"))).toBeNull();
  belongTo("ada");
  expect(localStorage.getItem(placeOf("new"))).toBe("Ada's words");
});
