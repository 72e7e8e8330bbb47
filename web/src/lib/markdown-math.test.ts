import { describe, expect, it } from "vitest";
import { markFormulas } from "@/lib/markdown-math";

describe("markFormulas", () => {
  it.each([
    "It costs $5 and $10.",
    "Between $5-$10 a head",
    "$5 for you and 10$ for me",
    "US$ 5, US$ 6",
    "$1,000 to $2,000 (about $1.5k)",
    "I paid $20 for this and she paid $30, so $50 together.",
    "echo $HOME and $PATH",
    "`$x$` and `$$y$$`",
    "```sh\necho $A $B\n```",
    "a $$$ restaurant",
    "\\$x\\$",
    "$ 5 $",
  ])("leaves money and code alone: %s", (text) => {
    expect(markFormulas(text)).toEqual({ text, math: false });
  });

  it.each([
    ["Let $x$ be", "Let $$x$$ be"],
    ["$E = mc^2$", "$$E = mc^2$$"],
    ["\\(a+b\\)", "$$a+b$$"],
    ["$2x + 3$", "$$2x + 3$$"],
    ["$\\alpha$, $\\beta$", "$$\\alpha$$, $$\\beta$$"],
    ["$$x$$", "$$\nx\n$$"],
    ["\\[\nx\n\\]", "$$\nx\n$$"],
    ["see $$x$$ here", "see $$x$$ here"],
    ["For $5 you get $x^2$", "For $5 you get $$x^2$$"],
    ["$x$ in a $$$ place", "$$x$$ in a \\$\\$\\$ place"],
    ["$10\\text{ kg}$", "$$10\\text{ kg}$$"],
  ])("finds the formula in %s", (text, marked) => {
    expect(markFormulas(text)).toEqual({ text: marked, math: true });
  });
});
