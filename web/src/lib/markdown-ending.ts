/** Shows the end of a text that is being written as it will stand: what is open is closed. */

import { cutCode } from "@/lib/markdown-spans";

// Marks at the begin of a line that say nothing yet: `-` could be a list, `--` a heading above.
const MARK_ALONE = /(^|\n)[ \t]*(?:[-*+_=]{1,2}|#{1,6}|>|\d{1,9}[.)]?|`{1,2}|~{1,2}|\|)[ \t]*$/;
const FENCE_ENDS = /\n[ \t]*(?:`{1,2}|~{1,2})$/;
const TAG_BEGINS = /<\/?[a-z][^<>]*$/i;
const PICTURE_BEGINS = /!\[[^\]\n]*(?:\](?:\([^)\n]*)?)?$/;
const LINK_BEGINS = /\[([^[\]\n]*)\]\([^)\n]*$/;
const RULE_BEGINS = /^[ \t]*\|?[ \t:|-]*$/;

/** Return `text`, which ends anywhere, with its end as it will probably look. */
export function closeEnding(text: string): string {
  const spans = cutCode(text);
  const last = spans.at(-1);
  if (!last) return text;
  const before = spans.slice(0, -1).map((span) => span.text).join("");
  if (last.code) return before + (isClosed(last.text) ? last.text : last.text.replace(FENCE_ENDS, "\n"));
  return before + closeProse(last.text, before);
}

const isClosed = (code: string): boolean => {
  const mark = /^[ \t]*(`{3,}|~{3,})/.exec(code)?.[1];
  return !mark || new RegExp(`\\n[ \\t]*${mark[0] === "`" ? "`" : "~"}{${mark.length},}[ \\t]*\\n?$`).test(code);
};

function closeProse(written: string, before: string): string {
  const text = written
    .replace(MARK_ALONE, (marks: string, start: string) =>
      // Behind code in the same line it is no begin of a line.
      start === "" && before !== "" && !before.endsWith("\n") ? marks : start,
    )
    .replace(TAG_BEGINS, "")
    .replace(PICTURE_BEGINS, "")
    .replace(LINK_BEGINS, "$1");
  return closeTable(text) ?? closeMarks(text, before);
}

/** Return a table whose second line is not there yet with one, so that it is a table already. */
function closeTable(text: string): string | null {
  const from = text.lastIndexOf("\n\n") + 1;
  const lines = text.slice(from).replace(/^\n/, "").split("\n");
  const [head = "", rule = ""] = lines;
  if (lines.length > 2 || !/^[ \t]*\|(?!\|)[^|\n]*[^|\s][^|\n]*\|/.test(head) || !RULE_BEGINS.test(rule)) return null;
  const columns = head.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).length;
  const done = /^[ \t]*\|(?:[ \t]*:?-+:?[ \t]*\|)+[ \t]*$/.test(rule) && rule.split("|").length - 2 >= columns;
  if (done) return null;
  const start = text.slice(0, text.length - lines.join("\n").length);
  const closed = lines.length > 1 || head.trim().endsWith("|") ? head : `${head}|`;
  return `${start}${closed}\n|${" --- |".repeat(columns)}`;
}

const PAIR = /\\[\s\S]|\*\*\*|\*\*|\*|~~|\|\||`+|__|_/g;

/** Return the last paragraph with its open emphasis, code and spoilers closed. */
function closeMarks(text: string, before: string): string {
  const from = text.lastIndexOf("\n\n") + 1;
  // Code in the same paragraph came before: what was opened ahead of it counts, too.
  const ahead = from === 0 ? before.slice(before.lastIndexOf("\n\n") + 1).replace(/`[^`]*`/g, "c") : "";
  const open: string[] = [];
  const scanned = ahead + text.slice(from);
  for (const match of scanned.matchAll(PAIR)) {
    const sign = match[0];
    if (sign.startsWith("\\")) continue;
    const left = scanned[match.index - 1] ?? " ";
    const right = scanned[match.index + sign.length] ?? "";
    if (sign.startsWith("_") && /\w/.test(left) && /\w/.test(right)) continue;
    if (sign === "*" && /^[ \t]*$/.test(lineBefore(scanned, match.index)) && right === " ") continue;
    if (sign.startsWith("`")) {
      // An open backtick makes the rest code; what else is in there does not count.
      const rest = text.trimEnd();
      return rest.endsWith(sign) && match.index + sign.length >= scanned.trimEnd().length
        ? closeMarks(rest.slice(0, -sign.length), before)
        : rest + sign + [...open].reverse().join("");
    }
    if (open.at(-1) === sign && !/\s/.test(left)) open.pop();
    else if (sign === "***" && open.at(-1) === "*" && open.at(-2) === "**") open.splice(-2);
    else if (sign === "***" && open.at(-1) === "**" && open.at(-2) === "*") open.splice(-2);
    else if (!/\s/.test(right)) open.push(sign);
  }
  let rest = text;
  while (open.length > 0 && rest.trimEnd().endsWith(open.at(-1) ?? "")) {
    rest = rest.trimEnd().slice(0, -(open.pop() ?? "").length);
  }
  return open.length > 0 ? rest.trimEnd() + [...open].reverse().join("") : rest;
}

const lineBefore = (text: string, at: number): string => text.slice(text.lastIndexOf("\n", at - 1) + 1, at);
