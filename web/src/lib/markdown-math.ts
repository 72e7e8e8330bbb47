/** Finds mathematics in Markdown and tells it from money. */

import { cutCode } from "@/lib/markdown-spans";

export type Mathed = {
  /** The text with every formula between double dollars, and no other double dollar. */
  text: string;
  /** Whether there is a formula at all. */
  math: boolean;
};

const FORMULA =
  /(?<!\\)(?:\$\$(?<a>(?:\\.|[^$\\])+?)\$\$|\\\[(?<b>[\s\S]+?)\\\]|\\\((?<c>(?!\s*\\\))[\s\S]+?)\\\)|\$(?<d>(?:\\.|[^$\\\n])+?)\$(?!\d))/g;

/** Whether what stands between two single dollars is a formula, as writers of both mean it. */
export function isFormula(between: string): boolean {
  if (/^\s|\s$/.test(between)) return false;
  // `$5 for the room and 10$`: begins with an amount and goes on in words.
  const bare = between.replace(/\\(?:text|mathrm|mathbf|operatorname)\s*\{[^}]*\}|\\[a-z]+/gi, " ");
  if (/^[\d.,]+(?:\s|[kKmM]\b|[-–/+]?$)/.test(between) && /[a-z]{2,}/i.test(bare)) return false;
  // Words without a sign of mathematics are no formula: `$HOME and $`.
  if (!/[\\^_={}<>+*/|]|\d/.test(between) && /[a-z]{2,}[\s,.]+[a-z]{2,}/i.test(between)) return false;
  return !/^[A-Z_]{2,}[/:]/.test(between);
}

/** Return `text` as the parser of mathematics reads it. Code stays as it is. */
export function markFormulas(text: string): Mathed {
  if (!text.includes("$") && !text.includes("\\(") && !text.includes("\\[")) {
    return { text, math: false };
  }
  const pieces = cutCode(text).map((span) => (span.code ? { ...span, math: false } : mark(span.text)));
  if (!pieces.some((piece) => piece.math)) return { text, math: false };
  return { text: pieces.map((piece) => piece.text).join(""), math: true };
}

/** Return dollars that belong to no formula so that none is seen in them. */
const shield = (prose: string): string =>
  prose.replace(/(?<!\\)\${2,}/g, (dollars) => "\\$".repeat(dollars.length));

function mark(text: string): Mathed {
  let marked = "";
  let from = 0;
  let math = false;
  FORMULA.lastIndex = 0;
  for (let match = FORMULA.exec(text); match; match = FORMULA.exec(text)) {
    const { a, b, c, d } = match.groups ?? {};
    if (d !== undefined && !isFormula(d)) {
      // Only the first dollar is spent: the second may open a formula.
      FORMULA.lastIndex = match.index + 1;
      continue;
    }
    math = true;
    const end = match.index + match[0].length;
    const indent = text.slice(text.lastIndexOf("\n", match.index - 1) + 1, match.index);
    const alone = /^[ \t]*$/.test(indent) && /^[ \t]*(?:\n|$)/.test(text.slice(end));
    const display = a ?? b;
    marked += shield(text.slice(from, match.index));
    marked +=
      display !== undefined && alone
        ? `$$\n${indent}${display.trim().replace(/\n\s*\n/g, "\n")}\n${indent}$$`
        : `$$${(display ?? c ?? d ?? "").trim().replace(/\s*\n\s*/g, " ")}$$`;
    from = end;
  }
  return { text: marked + shield(text.slice(from)), math };
}
