/** Headers and body fields as a person types them: lines, JSON, or plain YAML. */

export type Read<T> = { value: T } | { line: number; trouble: string };

const wrong = (line: number, trouble: string) => ({ line, trouble });
const HEADER = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

export const headerLines = (headers: Record<string, string>): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");

/** Read lines of `Name: value`. */
export function readHeaders(text: string): Read<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [at, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const colon = line.indexOf(":");
    if (colon < 0) return wrong(at + 1, "A header is written as “Name: value”.");
    const name = line.slice(0, colon).trim();
    if (!HEADER.test(name)) return wrong(at + 1, "The name of a header has no such signs in it.");
    headers[name] = line.slice(colon + 1).trim();
  }
  return { value: headers };
}

export const bodyText = (fields: Record<string, unknown>): string =>
  Object.keys(fields).length ? JSON.stringify(fields, null, 2) : "";

/** Read fields to put into the body: a JSON object, or YAML of plain fields. */
export function readBody(text: string): Read<Record<string, unknown>> {
  const read = readAny(text);
  if ("trouble" in read) return read;
  if (read.value === null) return { value: {} };
  if (typeof read.value === "object" && !Array.isArray(read.value)) {
    return { value: read.value as Record<string, unknown> };
  }
  return wrong(1, "Fields are written as “name: value”, or as a JSON object.");
}

/** Read the names of fields to leave out: a list in JSON or YAML, or one a line. */
export function readNames(text: string): Read<string[]> {
  if (text.trim() === "") return { value: [] };
  if (!/^\s*[[{]/.test(text)) {
    const lines = text.split("\n").map((line) => line.replace(/^\s*-\s+/, "").trim());
    const bad = lines.findIndex((line) => /[:\s]/.test(line));
    if (bad >= 0) return wrong(bad + 1, "One name a line, without a value.");
    return { value: lines.filter((line) => line !== "") };
  }
  const read = readAny(text);
  if ("trouble" in read) return read;
  const names: unknown = read.value;
  if (Array.isArray(names) && names.every((name) => typeof name === "string")) {
    return { value: names };
  }
  return wrong(1, "One name a line, without a value.");
}

function readAny(text: string): Read<unknown> {
  if (text.trim() === "") return { value: null };
  if (/^\s*[[{]/.test(text)) return readJson(text, 1);
  const lines: Line[] = text.split("\n").flatMap((raw, at) => {
    const said = raw.replace(/^(\s*)#.*$/, "$1").trimEnd();
    return said.trim() === ""
      ? []
      : [{ number: at + 1, indent: said.length - said.trimStart().length, said: said.trim() }];
  });
  if (!lines.length) return { value: null };
  const tab = text.split("\n").findIndex((line) => /^\s*\t/.test(line));
  if (tab >= 0) return wrong(tab + 1, "YAML is indented with spaces, not with tabs.");
  const reader = { lines, at: 0 };
  const read = readBlock(reader, lines[0]?.indent ?? 0);
  const left = lines[reader.at];
  if ("value" in read && left) return wrong(left.number, "This line is not indented like those above.");
  return read;
}

type Line = { number: number; indent: number; said: string };
type Reader = { lines: Line[]; at: number };

function readJson(text: string, line: number): Read<unknown> {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    const place = /position (\d+)/.exec(String(error));
    const before = place ? text.slice(0, Number(place[1])).split("\n").length - 1 : 0;
    return wrong(line + before, "This is not complete JSON.");
  }
}

function readBlock(reader: Reader, indent: number, nested = false): Read<unknown> {
  const isList = reader.lines[reader.at]?.said.startsWith("-") ?? false;
  const list: unknown[] = [];
  const fields: [string, unknown][] = [];
  for (;;) {
    const line = reader.lines[reader.at];
    if (!line || line.indent < indent) break;
    if (isList && nested && line.indent === indent && !line.said.startsWith("-")) break;
    if (line.indent > indent) return wrong(line.number, "This line is not indented like those above.");
    const match = isList ? /^-(?:\s+(.*))?$/.exec(line.said) : FIELD.exec(line.said);
    if (!match) {
      return wrong(line.number, isList ? "Each entry begins with “- ”." : "A field is written as “name: value”.");
    }
    reader.at += 1;
    const rest = (isList ? match[1] : match[2]) ?? "";
    const read = rest === "" ? readBelow(reader, indent) : readScalar(rest, line.number);
    if ("trouble" in read) return read;
    if (isList) list.push(read.value);
    else fields.push([unquoted(match[1] ?? ""), read.value]);
  }
  return { value: isList ? list : Object.fromEntries(fields) };
}

const FIELD = /^("(?:[^"\\]|\\.)*"|'[^']*'|[^\s:"'[\]{}&*!|>%@`][^:]*):(?:\s+(.*))?$/;

function readBelow(reader: Reader, indent: number): Read<unknown> {
  const next = reader.lines[reader.at];
  if (!next) return { value: null };
  if (next.indent > indent) return readBlock(reader, next.indent);
  // The entries of a list may stand right below the name of their field.
  if (next.indent === indent && /^-(\s|$)/.test(next.said)) {
    const before = reader.lines[reader.at - 1]?.said ?? "";
    if (!before.startsWith("-")) return readBlock(reader, indent, true);
  }
  return { value: null };
}

function readScalar(text: string, line: number): Read<unknown> {
  if (/^[[{"]/.test(text)) return readJson(text, line);
  if (/^'.*'$/.test(text)) return { value: unquoted(text) };
  if (/^[&*!|>%@`]/.test(text)) {
    return wrong(line, "Only plain YAML is understood here: write this in JSON.");
  }
  const said = text.replace(/\s+#.*$/, "");
  if (/^(true|false)$/i.test(said)) return { value: /^t/i.test(said) };
  if (/^(null|~)$/i.test(said)) return { value: null };
  if (/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(said)) return { value: Number(said) };
  return { value: said };
}

function unquoted(text: string): string {
  if (text.startsWith('"')) return JSON.parse(text) as string;
  return text.startsWith("'") ? text.slice(1, -1).replaceAll("''", "'") : text.trim();
}
