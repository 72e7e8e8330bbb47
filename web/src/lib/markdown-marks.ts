/** Marks in the tree of a text what Markdown has no word for: line breaks, spoilers, speech. */

import type { Element, ElementContent, Root } from "hast";
import type { PhrasingContent, Nodes as Written } from "mdast";

/** Make each line end a break, as in chats (a plugin for remark). */
export function breakLines() {
  return (tree: Written) => {
    breakIn(tree);
  };
}

function breakIn(node: Written) {
  if (!("children" in node)) return;
  const children = node.children as PhrasingContent[];
  for (let at = children.length - 1; at >= 0; at -= 1) {
    const child = children[at];
    if (child?.type === "text" && child.value.includes("\n")) {
      const lines = child.value.split(/[ \t]*\n/);
      const broken = lines.flatMap((value, line): PhrasingContent[] => [
        ...(line > 0 ? [{ type: "break" } as const] : []),
        ...(value ? [{ type: "text", value } as const] : []),
      ]);
      children.splice(at, 1, ...broken);
    } else if (child) {
      breakIn(child);
    }
  }
}

type Rule = {
  signs: RegExp;
  /** What closes after `sign`. */
  closers: (sign: string) => string;
  /** Whether the signs stay. */
  kept: boolean;
  property: "dataSpoiler" | "dataSpeech";
};

const QUOTES: Record<string, string> = {
  '"': '"',
  "“": "”",
  "„": "“”",
  "«": "»",
  "»": "«",
  "「": "」",
  "『": "』",
};

const SPEECH: Rule = {
  signs: /["“”„«»「」『』]/g,
  closers: (sign) => QUOTES[sign] ?? "",
  kept: true,
  property: "dataSpeech",
};
const SPOILER: Rule = { signs: /\|\|/g, closers: () => "||", kept: false, property: "dataSpoiler" };

export type MarkOptions = {
  speech: boolean;
  /** Whether the text goes on: then what is open at the end is as good as closed. */
  open: boolean;
};

/** Mark spoilers and speech (a plugin for rehype, to be used on a sanitised tree). */
export function markSpans({ speech, open }: MarkOptions) {
  return (tree: Root) => {
    markIn(tree, SPOILER, false);
    if (speech) markIn(tree, SPEECH, open);
  };
}

const CODE = new Set(["code", "pre", "kbd", "samp", "var"]);
const BLOCKS = new Set(
  "p ul ol li dl dt dd div blockquote pre table thead tbody tr td th details summary h1 h2 h3 h4 h5 h6 hr section".split(
    " ",
  ),
);

function markIn(node: Root | Element, rule: Rule, open: boolean) {
  for (const child of node.children) {
    if (child.type === "element" && !CODE.has(child.tagName)) markIn(child, rule, open);
  }
  if (node.children.some((child) => child.type === "text" && child.value.search(rule.signs) >= 0)) {
    node.children = wrapped(node.children as ElementContent[], rule, open);
  }
}

const OPENS_AFTER = /^$|[\s([{—–\-*_/>|…:]/;
const CLOSES_AFTER = /\S/;
const text = (value: string): ElementContent => ({ type: "text", value });

function wrapped(children: ElementContent[], rule: Rule, open: boolean): ElementContent[] {
  const done: ElementContent[] = [];
  let begun: { at: number; closers: string } | null = null;
  const wrap = (at: number) => {
    const inside = done.splice(at);
    if (!rule.kept) inside.shift();
    done.push({ type: "element", tagName: "span", properties: { [rule.property]: "" }, children: inside });
  };
  for (const child of children) {
    if (child.type !== "text") {
      if (child.type === "element" && BLOCKS.has(child.tagName)) begun = null;
      done.push(child);
      continue;
    }
    let from = 0;
    for (const match of child.value.matchAll(rule.signs)) {
      const sign = match[0];
      const end = match.index + sign.length;
      const before = child.value[match.index - 1] ?? "";
      const after = child.value[end] ?? "";
      const mayClose: boolean =
        begun !== null && begun.closers.includes(sign) && (before === "" || CLOSES_AFTER.test(before));
      if (begun && mayClose) {
        done.push(text(child.value.slice(from, rule.kept ? end : match.index)));
        wrap(begun.at);
        begun = null;
      } else if (rule.closers(sign) && OPENS_AFTER.test(before) && !/\s/.test(after)) {
        if (match.index > from) done.push(text(child.value.slice(from, match.index)));
        begun = { at: done.length, closers: rule.closers(sign) };
        done.push(text(sign));
      } else {
        continue;
      }
      from = end;
    }
    if (from < child.value.length) done.push(text(child.value.slice(from)));
  }
  if (begun && open) wrap(begun.at);
  return done;
}
