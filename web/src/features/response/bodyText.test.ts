import { describe, expect, it } from "vitest";
import { bodyText, headerLines, readBody, readHeaders, readNames } from "@/features/response/bodyText";

describe("headers", () => {
  it("come back as they were", () => {
    const headers = { "X-Title": "Tapster: a bar", "HTTP-Referer": "https://example.org" };

    expect(readHeaders(headerLines(headers))).toEqual({ value: headers });
  });

  it("are refused by line", () => {
    expect(readHeaders("X-One: 1\nnonsense")).toMatchObject({ line: 2 });
    expect(readHeaders("X One: 1")).toMatchObject({ line: 1 });
  });
});

describe("body fields", () => {
  it("come back as they were", () => {
    const fields = { top_k: 40, provider: { order: ["a", "b"] }, route: null };

    expect(readBody(bodyText(fields))).toEqual({ value: fields });
    expect(readBody("")).toEqual({ value: {} });
  });

  it("may be YAML of plain fields", () => {
    const text = [
      "# what I found in a forum",
      "top_k: 40",
      "provider:",
      "  order:",
      "  - anthropic",
      '  - "amazon: bedrock"',
      "  allow_fallbacks: false",
      "stop: [a, b]".replace("[a, b]", '["a", "b"]'),
      "note: plain words # and why",
    ].join("\n");

    expect(readBody(text)).toEqual({
      value: {
        top_k: 40,
        provider: { order: ["anthropic", "amazon: bedrock"], allow_fallbacks: false },
        stop: ["a", "b"],
        note: "plain words",
      },
    });
  });

  it("are refused with the line that is wrong", () => {
    expect(readBody("a: 1\n   b: 2")).toMatchObject({ line: 2 });
    expect(readBody("a: 1\nb")).toMatchObject({ line: 2 });
    expect(readBody('{"a": }')).toMatchObject({ trouble: "This is not complete JSON." });
    expect(readBody("a: |\n  long")).toMatchObject({ line: 1 });
    expect(readBody("[1]")).toHaveProperty("trouble");
  });

  it("keep no field that a page would take for its own", () => {
    const read = readBody("__proto__:\n  a: 1\nb: 2");

    expect("value" in read && Object.getPrototypeOf(read.value)).toBe(Object.prototype);
  });
});

describe("names to leave out", () => {
  it("are one a line, a list, or JSON", () => {
    expect(readNames("top_p\n- stop\n")).toEqual({ value: ["top_p", "stop"] });
    expect(readNames('["top_p"]')).toEqual({ value: ["top_p"] });
    expect(readNames("top_p: 1")).toMatchObject({ line: 1 });
    expect(readNames("[1]")).toHaveProperty("trouble");
  });
});
