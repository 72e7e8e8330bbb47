import { describe, expect, it } from "vitest";
import { closeEnding } from "@/lib/markdown-ending";

describe("closeEnding", () => {
  it.each([
    ["**bo", "**bo**"],
    ["a *b", "a *b*"],
    ["***x", "***x***"],
    ["*a **b", "*a **b***"],
    ["a **", "a "],
    ["~~gone", "~~gone~~"],
    ["||secr", "||secr||"],
    ["`co", "`co`"],
    ["a `", "a "],
    ["`*co", "`*co`"],
    ["`x` and **bo", "`x` and **bo**"],
    ["see [the page](https://exam", "see the page"],
    ["see ![a cat](https://exam", "see "],
    ["a <det", "a "],
    ["word\n-", "word\n"],
    ["word\n==", "word\n"],
    ["1. one\n2", "1. one\n"],
    ["```py\nx = 1\n``", "```py\nx = 1\n"],
    ["| a | b |", "| a | b |\n| --- | --- |"],
    ["| a | b |\n|--", "| a | b |\n| --- | --- |"],
  ])("closes what is open in %j", (text, closed) => {
    expect(closeEnding(text)).toBe(closed);
  });

  it.each([
    "plain words",
    "*a* **b** ***c*** ~~d~~ `e`",
    "snake_case_name and 2 * 3",
    "- one\n- two *x*",
    "```py\nx = '*'\n",
    "```py\nx\n```\n",
    "| a | b |\n|---|---|\n| 1 |",
    "5 < 6",
    "a || b",
    "\\*not",
  ])("leaves %j as it is", (text) => {
    expect(closeEnding(text)).toBe(text);
  });
});
