import { describe, expect, it } from "vitest";
import { piecesOf } from "@/features/search/marks";

describe("piecesOf", () => {
  it("marks what was found", () => {
    const pieces = piecesOf({ text: "the brown fox", marks: [[4, 9]] });

    expect(pieces).toEqual([
      { text: "the ", found: false },
      { text: "brown", found: true },
      { text: " fox", found: false },
    ]);
  });

  it("counts a sign of two halves once", () => {
    const pieces = piecesOf({ text: "🦊🦊 fox", marks: [[3, 6]] });

    expect(pieces).toEqual([
      { text: "🦊🦊 ", found: false },
      { text: "fox", found: true },
    ]);
  });

  it("loses nothing, whatever the marks", () => {
    const text = "<b>fox</b>";
    for (const marks of [[], [[0, 99]], [[5, 2]], [[3, 6], [4, 8]], [[3, 6], [0, 2]]]) {
      const pieces = piecesOf({ text, marks });

      expect(pieces.map((piece) => piece.text).join("")).toBe(text);
    }
  });
});
