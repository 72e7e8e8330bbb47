import { describe, expect, it } from "vitest";
import {
  NO_BLOCKS,
  continueBlocks,
  definitionsIn,
  hasFootnotes,
  isOpenFormula,
  splitBlocks,
} from "@/lib/markdown-blocks";

const PIECES = [
  "# A heading\n\n",
  "Some words\nand a second line.\n\n",
  "- one\n- two\n\n  more of two\n- three\n\n",
  "1. first\n2. second\n\n",
  "```python\ndef f():\n\n    return '||'\n```\n\n",
  "~~~\n# no heading\n~~~\n",
  "> said\n> twice\n\n",
  "| a | b |\n|---|--:|\n| 1 | 2 |\n\n",
  "$$\na\n- b\n= c\n$$\n\n",
  "\\[\nx\n\n+ y\n\\]\n\n",
  "<details>\n<summary>More</summary>\n\nInside **bold**.\n\n- item\n\n</details>\n\n",
  "    indented code\n\n",
  "---\n\n",
  "Setext\n===\n\n",
  "\n\n\n",
  "*open and $5 and ||spoiler|| `code`\n\n",
  "[name]: https://example.org\n\n",
];

/** Numbers that look random and are the same in every run. */
function* dice(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    yield state / 4_294_967_296;
  }
}

function texts(count: number): { text: string; roll: () => number }[] {
  return Array.from({ length: count }, (_, seed) => {
    const rolls = dice(seed + 1);
    const roll = () => rolls.next().value as number;
    const length = 1 + Math.floor(roll() * 8);
    const text = Array.from(
      { length },
      () => PIECES[Math.floor(roll() * PIECES.length)] ?? "",
    ).join("");
    return { text, roll };
  });
}

describe("splitBlocks", () => {
  it("loses nothing: the blocks joined are the text", () => {
    for (const { text } of texts(200)) expect(splitBlocks(text).blocks.join("")).toBe(text);
  });

  it("keeps together what stands in one fence, list, table, formula or fold", () => {
    for (const piece of PIECES.filter((each) => each.trim() !== "")) {
      expect(splitBlocks(piece).blocks).toEqual([piece]);
    }
  });

  it("parts paragraphs", () => {
    expect(splitBlocks("one\n\ntwo\n\nthree").blocks).toEqual(["one\n\n", "two\n\n", "three"]);
  });

  it("is not misled by a fold that never ends", () => {
    const { blocks } = splitBlocks("<details>\n\na\n\nb");

    expect(blocks).toEqual(["<details>\n\na\n\nb"]);
  });

  it("has no blocks for no text", () => {
    expect(splitBlocks("")).toEqual(NO_BLOCKS);
  });
});

describe("continueBlocks", () => {
  it("comes to the same blocks however the text arrived", () => {
    for (const { text, roll } of texts(200)) {
      let known = NO_BLOCKS;
      for (let end = 0; end < text.length; ) {
        end = Math.min(text.length, end + 1 + Math.floor(roll() * 12));
        known = continueBlocks(known, text.slice(0, end));
      }

      expect(known.blocks).toEqual(splitBlocks(text).blocks);
    }
  });

  it("leaves settled blocks as they are", () => {
    const known = splitBlocks("one\n\ntwo\n\nthr");

    expect(continueBlocks(known, "one\n\ntwo\n\nthree").blocks.slice(0, 2)).toEqual(known.blocks.slice(0, 2));
  });

  it("begins anew where the text is another one", () => {
    expect(continueBlocks(splitBlocks("one\n\ntwo"), "three").blocks).toEqual(["three"]);
  });
});

describe("what blocks refer to", () => {
  it("is found anywhere", () => {
    expect(definitionsIn("[a][n]\n\n[n]: https://example.org 'x'\nword")).toBe(
      "[n]: https://example.org 'x'",
    );
    expect(hasFootnotes("a[^1]\n\n[^1]: note")).toBe(true);
    expect(hasFootnotes("a[^1]")).toBe(false);
  });
});

describe("isOpenFormula", () => {
  it("knows a formula whose end is to come", () => {
    expect(isOpenFormula("$$\nx + ")).toBe(true);
    expect(isOpenFormula("\\[\nx")).toBe(true);
    expect(isOpenFormula("$$\nx\n$$\n")).toBe(false);
    expect(isOpenFormula("$$$ is a price class")).toBe(false);
  });
});
