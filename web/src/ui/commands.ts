/** What can be done right now: told by whoever can do it, asked by the palette when it opens. */

import { type ComponentType, useEffect, useRef } from "react";
import type { Action } from "@/lib/shortcuts";

/** One of several things to choose. */
export type Choice = { label: string; isChosen?: boolean; act: () => void };

type Called = {
  /** Where it stands in the palette. */
  group: "chat" | "places" | "page";
  /** Its name, in the language of the page. */
  label: string;
  /** Other words somebody may look for, such as what other programs call it. */
  words?: string;
  /** The action whose keys do the same. */
  action?: Action;
  icon?: ComponentType<{ size: number; "aria-hidden": true }>;
};

/** Something that can be done: at once, after a choice, or with words that are asked for. */
export type Command = Called &
  (
    | { act: () => void }
    | { choices: () => readonly Choice[] }
    | { value: string; take: (text: string) => void }
  );

const tellers = new Set<() => readonly Command[]>();

/** Offer commands while this is shown; what cannot be done now is left out, or `false`. */
export function useCommands(commands: readonly (Command | false | null)[]): void {
  const latest = useRef(commands);
  useEffect(() => {
    latest.current = commands;
  });
  useEffect(() => {
    const tell = () => latest.current.filter((each) => each !== false && each !== null);
    tellers.add(tell);
    return () => void tellers.delete(tell);
  }, []);
}

/** Return every command there is now. */
export const commandsNow = (): readonly Command[] => [...tellers].flatMap((tell) => tell());
