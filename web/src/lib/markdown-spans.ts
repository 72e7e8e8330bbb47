/** Finds the code in Markdown, which nothing else may touch. */

export type Span = { text: string; code: boolean };

const FENCE = /^([ \t]*(?:(?:[-*+]|\d{1,9}[.)]|>)[ \t]+)*)(`{3,}|~{3,})([^\n]*)$/;

/** Return `text` cut into code (fenced, or between backticks) and what is not. */
export function cutCode(text: string): Span[] {
  const spans: Span[] = [];
  const add = (piece: string, code: boolean) => {
    const last = spans.at(-1);
    if (piece === "") return;
    if (last?.code === code) last.text += piece;
    else spans.push({ text: piece, code });
  };
  let fence = "";
  let prose = "";
  const flush = () => {
    for (const span of cutInline(prose)) add(span.text, span.code);
    prose = "";
  };
  const lines = text.split(/(?<=\n)/);
  for (const line of lines) {
    const found = FENCE.exec(line.replace(/\n$/, ""));
    const mark = found?.[2] ?? "";
    if (fence) {
      add(line, true);
      if (mark.startsWith(fence) && (found?.[3] ?? "").trim() === "") fence = "";
    } else if (mark && !(mark.startsWith("`") && found?.[3]?.includes("`"))) {
      flush();
      fence = mark;
      add(line, true);
    } else {
      prose += line;
    }
  }
  flush();
  return spans;
}

/** Return prose cut at its backticks. A run of them ends at the next of the same length. */
function cutInline(text: string): Span[] {
  const spans: Span[] = [];
  let from = 0;
  let at = text.indexOf("`");
  while (at >= 0) {
    if (text[at - 1] === "\\" && text[at - 2] !== "\\") {
      at = text.indexOf("`", at + 1);
      continue;
    }
    let length = 1;
    while (text[at + length] === "`") length += 1;
    const end = closing(text, at + length, length);
    if (end < 0) {
      at = text.indexOf("`", at + length);
      continue;
    }
    spans.push({ text: text.slice(from, at), code: false }, { text: text.slice(at, end), code: true });
    from = end;
    at = text.indexOf("`", end);
  }
  spans.push({ text: text.slice(from), code: false });
  return spans;
}

function closing(text: string, from: number, length: number): number {
  const paragraph = text.indexOf("\n\n", from);
  const limit = paragraph < 0 ? text.length : paragraph;
  let at = text.indexOf("`", from);
  while (at >= 0 && at < limit) {
    let run = 1;
    while (text[at + run] === "`") run += 1;
    if (run === length) return at + run;
    at = text.indexOf("`", at + run);
  }
  return -1;
}
