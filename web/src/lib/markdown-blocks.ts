/**
 * Splits Markdown into its top-level blocks, so that a text which grows is drawn anew only at its end.
 *
 * The blocks joined are the text. Each can be drawn alone, except for what it refers to
 * (link definitions, footnotes), which `definitionsIn` finds.
 */

import { Lexer, type MarkedExtension, type Token, type TokenizerAndRendererExtension, marked } from "marked";

export type Blocks = {
  readonly text: string;
  /** The blocks in order, spaces between them at the end of the one above. */
  readonly blocks: readonly string[];
};

export const NO_BLOCKS: Blocks = { text: "", blocks: [] };

const MATH_CLOSED = /^ {0,3}(?:\$\$[^$]*?\$\$|\\\[[\s\S]*?\\\])[ \t]*(?:\n|$)/;
// Nothing closes it (yet): to its end it is one block, so that no line of it is taken for a list.
const MATH_OPEN = /^ {0,3}(?:\$\$(?!\$)[^$]*\$?|\\\[(?:(?!\\\])[\s\S])*)$/;
const FORMULA_OPEN = /^ {0,3}(?:\$\$[^\S\n]*\n[^$]*\$?|\\\[(?:(?!\\\])[\s\S])*)$/;
const MATH_STARTS = /(?:^|\n) {0,3}(?:\$\$|\\\[)/;

const math: TokenizerAndRendererExtension = {
  name: "math",
  level: "block",
  start: (source) => {
    const found = MATH_STARTS.exec(source);
    return found ? found.index : undefined;
  },
  tokenizer: (source) => {
    const raw = (MATH_CLOSED.exec(source) ?? MATH_OPEN.exec(source))?.[0];
    return raw ? { type: "math", raw } : undefined;
  },
};

const extension: MarkedExtension = { extensions: [math] };
marked.use(extension);

/** Whether a block is a formula whose end is still to come. */
export const isOpenFormula = (block: string): boolean => FORMULA_OPEN.test(block);

/** What is kept of raw HTML and holds blocks: what stands between its tags belongs together. */
const HOLDERS = new Set(["details", "blockquote", "table", "ul", "ol", "dl", "ruby"]);
const TAG = /<(\/?)([a-z][a-z0-9]*)(?:\s[^<>]*)?(\/?)>/gi;

/** Return by how many holders `html` opens more than it closes. */
function depthOf(html: string): number {
  let depth = 0;
  for (const [, closing, name, alone] of html.matchAll(TAG)) {
    if (!HOLDERS.has((name ?? "").toLowerCase()) || alone) continue;
    depth += closing ? -1 : 1;
  }
  return depth;
}

/** Return `text` with the line ends that the blocks are counted in. */
export const plainLines = (text: string): string =>
  text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;

/** Return the blocks of `text`. */
export function splitBlocks(text: string): Blocks {
  return { text, blocks: join(new Lexer(marked.defaults).blockTokens(text, []), text) };
}

function join(tokens: Token[], text: string): string[] {
  const blocks: string[] = [];
  let held = 0;
  let at = 0;
  for (const token of tokens) {
    const raw = text.slice(at, at + token.raw.length);
    at += token.raw.length;
    const last = blocks.length - 1;
    if (last >= 0 && (token.type === "space" || held > 0)) blocks[last] += raw;
    else blocks.push(raw);
    if (token.type === "html" || token.type === "paragraph") held = Math.max(0, held + depthOf(raw));
  }
  if (at < text.length) {
    if (blocks.length > 0) blocks[blocks.length - 1] += text.slice(at);
    else blocks.push(text.slice(at));
  }
  return blocks;
}

/** Return the blocks of `text`; where it only went on, those before the last stay as they are. */
export function continueBlocks(known: Blocks, text: string): Blocks {
  if (text === known.text) return known;
  if (known.blocks.length < 2 || !text.startsWith(known.text)) return splitBlocks(text);
  const settled = known.blocks.slice(0, -1);
  const from = settled.reduce((sum, block) => sum + block.length, 0);
  return { text, blocks: [...settled, ...splitBlocks(text.slice(from)).blocks] };
}

const DEFINITION = /^ {0,3}\[(?!\^)[^\]\n]+\]:[ \t]*\S.*$/gm;
const FOOTNOTE = /^ {0,3}\[\^[^\]\n]+\]:/m;

/** Return the lines that say where links by name lead, as every block may use them. */
export const definitionsIn = (text: string): string =>
  text.includes("]:") ? (text.match(DEFINITION) ?? []).join("\n") : "";

/** Whether there are footnotes, which only the text as a whole can number. */
export const hasFootnotes = (text: string): boolean => text.includes("[^") && FOOTNOTE.test(text);
