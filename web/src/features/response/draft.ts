/** Response settings while they are turned: what is sent, what is not, and what was said meanwhile. */

import type { Settings } from "@/api/chats";
import type { SettingOffered } from "@/api/connections";

export type Value = number | string | boolean | string[] | number[] | Record<string, unknown>;

/** Turned settings by name; `null` is one that is not sent. */
export type Turned = Record<string, Value | null>;

/** An empty list is none: it is not sent. */
const isNone = (value: unknown): boolean => value == null || (Array.isArray(value) && value.length === 0);

/** Return what is sent for a setting, or `null` for one that is not sent. */
export function valueOf(settings: Settings, name: string): Value | null {
  const value = (settings as Record<string, Value | null | undefined>)[name];
  return isNone(value) ? null : (value as Value);
}

/** Return `settings` with what was turned; one that is not sent is not in there. */
export function withTurned(settings: Settings, turned: Turned): Settings {
  const said = Object.entries({ ...settings, ...turned }).filter(([, value]) => !isNone(value));
  return Object.fromEntries(said) as Settings;
}

/** Return what is still to be kept after `sent` was kept: what was turned again meanwhile. */
export function stillTurned(turned: Turned, sent: Turned): Turned {
  const left = Object.entries(turned).filter(([name, value]) => sent[name] !== value);
  return Object.fromEntries(left);
}

/** Whether somebody else turned one of `turned`, which stood at `before` when it was turned here. */
export function collides(before: Turned, newer: Settings, turned: Turned): boolean {
  return Object.entries(turned).some(([name, mine]) => {
    const theirs = JSON.stringify(valueOf(newer, name));
    return theirs !== JSON.stringify(before[name] ?? null) && theirs !== JSON.stringify(mine);
  });
}

/** Return the value a setting begins with when it is to be sent. */
export function beginningOf(setting: SettingOffered): Value {
  const { kind = "number", neutral, usual, low, high, choices = [] } = setting;
  switch (kind) {
    case "switch":
      return true;
    case "choice":
      return choices.includes("medium") ? "medium" : (choices[0] ?? "");
    case "list":
    case "ids":
      return [];
    case "map":
    case "json":
      return {};
    case "text":
    case "code":
      return "";
    case "integer":
    case "number":
      if (typeof usual === "number") return usual;
      if (typeof neutral === "number") return neutral;
      if (setting.name === "max_tokens") return Math.min(1024, high ?? 1024);
      return Math.max(low ?? 0, Math.min(1, high ?? 1));
  }
}

/** Return the step a slider takes: hundredths of a narrow range, else whole numbers. */
export function stepOf({ kind, low, high }: SettingOffered): number {
  if (kind === "integer") return 1;
  return (high ?? 1) - (low ?? 0) > 10 ? 0.1 : 0.01;
}

/** Return the ends of a slider; without a known end, or with one too far away, there is none. */
export function sliderOf({ kind, low, high }: SettingOffered): [number, number] | null {
  if (typeof low !== "number" || typeof high !== "number" || high <= low) return null;
  return kind === "integer" && high - low > 2_000_000 ? null : [low, high];
}

/** What is wrong with a number: outside what the model takes. It is sent all the same. */
export function isOutside(value: number, { low, high }: SettingOffered): boolean {
  return (typeof low === "number" && value < low) || (typeof high === "number" && value > high);
}

/** Settings that are folded away together, under their heading. */
export type Folded = { title: string; settings: SettingOffered[] };

/** Return what is always in sight, and the rest by heading, in the order they come in. */
export function foldedOf(offered: readonly SettingOffered[]): [SettingOffered[], Folded[]] {
  const titles = [...new Set(offered.map((each) => each.group))];
  const under = (title: string) => offered.filter((each) => each.group === title);
  const folded = titles.filter((title) => title !== "");
  return [under(""), folded.map((title) => ({ title, settings: under(title) }))];
}

/** Whether what was typed is a whole number. */
export const isId = (typed: string): boolean => /^\d{1,15}$/.test(typed.trim());

/** Return the whole numbers among what was typed, each once. */
export const idsOf = (typed: readonly string[]): number[] => [...new Set(typed.filter(isId).map(Number))];

/** One row of a map, as it is typed: both may still be empty. */
export type Row = { token: string; bias: number | "" };

export const rowsOf = (map: Record<string, number>): Row[] =>
  Object.entries(map).map(([token, bias]) => ({ token, bias }));

/** Return the map that finished rows stand for; of two for one token the later counts. */
export const mapOf = (rows: readonly Row[]): Record<string, number> =>
  Object.fromEntries(
    rows.flatMap(({ token, bias }) =>
      token.trim() !== "" && bias !== "" ? [[token.trim(), bias]] : [],
    ),
  );
