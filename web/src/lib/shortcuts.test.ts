import { describe, expect, it } from "vitest";
import { pressedKeys, writtenKeys } from "@/lib/shortcuts";
import german from "@/lib/words/de/app.json";

const pressed = (key: string, code: string, held: KeyboardEventInit = {}) =>
  pressedKeys(new KeyboardEvent("keydown", { key, code, ...held }));

describe("pressedKeys", () => {
  it("names the letter on the key where ⌥ writes another sign", () => {
    expect(pressed("Dead", "KeyN", { altKey: true })).toBe("alt+N");
    expect(pressed("˜", "KeyN", { altKey: true })).toBe("alt+N");
  });

  it("names the letter that is written everywhere else", () => {
    // A German keyboard has Z where others have Y.
    expect(pressed("z", "KeyY", { altKey: true })).toBe("alt+Z");
    expect(pressed("?", "Minus", { shiftKey: true })).toBe("?");
    expect(pressed("End", "End", { altKey: true })).toBe("alt+End");
  });
});

it("writes keys as they stand on the keyboard of who reads them", () => {
  const t = (text: string) => (german as Record<string, string>)[text] ?? text;

  expect(writtenKeys("mod+Enter", (text) => text)).toEqual(["Ctrl", "Enter"]);
  expect(writtenKeys("mod+shift+Enter", t)).toEqual(["Strg", "Umschalt", "Eingabe"]);
  expect(writtenKeys("alt+End", t)).toEqual(["Alt", "Ende"]);
});
