/** Giving an action other keys: what is in the way, and what is remembered. */

import { type Action, SHORTCUTS } from "@/lib/shortcuts";

export type Chosen = Partial<Record<string, string>>;

/** Keys a browser takes before the page hears of them. */
const RESERVED = new Set([
  "mod+T",
  "mod+W",
  "mod+N",
  "mod+Q",
  "mod+shift+T",
  "mod+shift+W",
  "mod+shift+N",
  "mod+Tab",
  "mod+shift+Tab",
  "alt+F4",
  "F11",
]);
const WRITING = /^(shift\+)?(.|Enter|Backspace|Delete|Tab| |Home|End)$/u;
const HAVE_OWN: readonly string[] = ["?"];

const ACTIONS = Object.keys(SHORTCUTS) as Action[];

/** Return the keys of an action where `chosen` comes before the usual. */
export const keysIn = (chosen: Chosen, action: Action): string =>
  chosen[action] ?? SHORTCUTS[action].keys;

/** Return the action that has these keys already. */
export function takenBy(chosen: Chosen, action: Action, keys: string): Action | null {
  return ACTIONS.find((other) => other !== action && keysIn(chosen, other) === keys) ?? null;
}

export type Refusal = { why: "taken"; by: Action } | { why: "reserved" } | { why: "writing" };

/** Return why an action cannot have these keys, or `null` if it can. */
export function refusalOf(chosen: Chosen, action: Action, keys: string): Refusal | null {
  if (RESERVED.has(keys)) return { why: "reserved" };
  if (WRITING.test(keys) && !HAVE_OWN.includes(keys)) return { why: "writing" };
  const by = takenBy(chosen, action, keys);
  return by && { why: "taken", by };
}

/** Return what is remembered once an action has these keys; the usual ones are not. */
export function bound(chosen: Chosen, action: Action, keys: string): Record<string, string> {
  const kept = Object.entries(chosen).filter(([name, value]) => name !== action && value);
  const own: [string, string][] = keys === SHORTCUTS[action].keys ? [] : [[action, keys]];
  return Object.fromEntries([...(kept as [string, string][]), ...own]);
}
