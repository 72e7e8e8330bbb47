/**
 * Headings in Markdown: whoever writes chooses their levels for the looks, and skips some. Whoever
 * hears the page is led by them from one to the next, so that each stands one level at most below
 * the one before it. What stands under the same heading stays on the same level.
 */

import type { Element, Root } from "hast";
import { Lexer, type Token, marked } from "marked";

/** The levels, as they were written, of the headings that a place stands under: `13` is h1, h3. */
export type Above = string;

// The chat's own title is the first heading of the page, and the only one on its level.
const FIRST = 2;
const DEEPEST = 6;
const MAY_HAVE = /#|^[ \t>]*(?:=+|-+)[ \t]*$|<h[1-6]/im;
const TAG = /<h([1-6])[\s>]/gi;

/** Return what one stands under after a heading that was written as `level`. */
export const under = (above: Above, level: number): Above =>
  [...above].filter((each) => Number(each) < level).join("") + level;

/** Return for each of `blocks` what it begins under. */
export function headingsAbove(blocks: readonly string[]): Above[] {
  let above: Above = "";
  return blocks.map((block) => {
    const begins = above;
    if (MAY_HAVE.test(block)) {
      above = levelsIn(new Lexer(marked.defaults).blockTokens(block, [])).reduce(under, above);
    }
    return begins;
  });
}

const levelsIn = (tokens: readonly Token[]): number[] =>
  tokens.flatMap((token) => {
    if (token.type === "heading") return [token.depth as number];
    if (token.type === "html") return [...token.raw.matchAll(TAG)].map(([, level]) => Number(level));
    if (token.type === "list") return levelsIn(token.items as Token[]);
    return token.type === "blockquote" || token.type === "list_item" ? levelsIn(token.tokens ?? []) : [];
  });

/** Give each heading the level it has on the page (a plugin for rehype); `above` is what is before. */
export function levelHeadings(above: Above) {
  return (tree: Root) => {
    levelIn(tree, above);
  };
}

function levelIn(node: Root | Element, begins: Above): Above {
  let above = begins;
  for (const child of node.children) {
    if (child.type !== "element") continue;
    const level = /^h([1-6])$/.exec(child.tagName)?.[1];
    if (level) {
      above = under(above, Number(level));
      child.properties.dataLevel = Math.min(DEEPEST, FIRST - 1 + above.length);
    }
    above = levelIn(child, above);
  }
  return above;
}
