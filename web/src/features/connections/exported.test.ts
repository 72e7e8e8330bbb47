import { describe, expect, it } from "vitest";
import { readExported } from "@/features/connections/exported";

describe("readExported", () => {
  it("reads what Export wrote", () => {
    expect(readExported('{"connections": [], "proxies": []}')).toEqual({ connections: [], proxies: [] });
  });

  it.each(["", "not JSON", "{", "\u0000\u0001"])("refuses %j: it is not JSON", (text) => {
    expect(() => readExported(text)).toThrow("is not JSON");
  });

  it.each(["null", "[]", "7", "{}", '{"connections": 7}'])("refuses %j: no connections", (text) => {
    expect(() => readExported(text)).toThrow("holds no connections");
  });

  it("refuses what is too large before reading it", () => {
    expect(() => readExported(" ".repeat(10_000_001))).toThrow("too large");
  });
});
