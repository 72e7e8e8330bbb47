/** Keys: what each does, how it is written, and hearing them. */

import { useEffect, useRef } from "react";

/** Every action that has a key, with what it does and the usual key. */
export const SHORTCUTS = {
  palette: { keys: "mod+K", does: "Open the command palette" },
  help: { keys: "?", does: "List the keys" },
  "new-chat": { keys: "alt+N", does: "Begin a new chat" },
  search: { keys: "mod+shift+F", does: "Search all chats" },
  panel: { keys: "mod+.", does: "Open or close the response configuration" },
  regenerate: { keys: "mod+Enter", does: "Have the last answer written anew" },
  continue: { keys: "alt+Enter", does: "Have the last answer go on" },
  stop: { keys: "Escape", does: "Stop what is being written" },
  "swipe-left": { keys: "ArrowLeft", does: "Show the answer before (while the input is empty)" },
  "swipe-right": {
    keys: "ArrowRight",
    does: "Show the next answer, or have another one written (while the input is empty)",
  },
  "edit-last": { keys: "ArrowUp", does: "Edit your last message (while the input is empty)" },
  "to-end": { keys: "alt+End", does: "Jump to the end of the chat" },
  undo: { keys: "mod+alt+Z", does: "Take the last step in this chat back" },
} as const satisfies Record<string, { keys: string; does: string }>;

export type Action = keyof typeof SHORTCUTS;

const IS_MAC = /Mac|iP(hone|ad|od)/.test(navigator.platform);
let chosen: Partial<Record<string, string>> = {};

/** Take over the keys a person chose in place of the usual ones. */
export function chooseKeys(keys: Partial<Record<string, string>>): void {
  chosen = keys;
}

/** Return the keys of an action, such as `mod+K`. */
export const keysOf = (action: Action): string => chosen[action] ?? SHORTCUTS[action].keys;

/** Return keys as they stand on this machine's keyboard, in the language that `t` speaks. */
export function writtenKeys(keys: string, t: (text: string) => string): string[] {
  const names: Record<string, string> = IS_MAC
    ? { mod: "⌘", alt: "⌥", shift: "⇧", Enter: "⏎" }
    : { mod: t("Ctrl"), alt: "Alt", shift: t("Shift"), Enter: t("Enter") };
  const others: Record<string, string> = {
    ArrowLeft: "←",
    ArrowRight: "→",
    ArrowUp: "↑",
    ArrowDown: "↓",
    Escape: "Esc",
    Home: t("Home"),
    End: t("End"),
    Insert: t("Ins"),
    Delete: t("Del"),
  };
  return keys.split("+").map((key) => names[key] ?? others[key] ?? key);
}

/** Return what was pressed, in the form of `SHORTCUTS`; a modifier alone is nothing. */
export function pressedKeys(event: KeyboardEvent): string | null {
  if (["Control", "Meta", "Alt", "Shift"].includes(event.key)) return null;
  // With ⌥ a Mac writes another sign, or waits for a second key: the letter is the one on the key.
  const isOther = event.altKey && (event.key === "Dead" || /^[^\x20-\x7e]$/u.test(event.key));
  const letter = isOther ? /^(?:Key|Digit)([A-Z0-9])$/.exec(event.code)?.[1] : undefined;
  const key = letter ?? (event.key.length === 1 ? event.key.toUpperCase() : event.key);
  const parts: string[] = [];
  if (IS_MAC ? event.metaKey : event.ctrlKey) parts.push("mod");
  if (event.altKey) parts.push("alt");
  // A sign such as `?` already says which keys were pressed for it.
  if (event.shiftKey && (key.length > 1 || /[A-Z0-9]/.test(key))) parts.push("shift");
  return [...parts, key].join("+");
}

/** Whether somebody is writing: then plain keys are letters. */
export function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Call `act` when the keys of `action` are pressed. It returns `false` for what it lets be. */
export function useShortcut(
  action: Action,
  act: (event: KeyboardEvent) => unknown,
  { whileWriting = false }: { whileWriting?: boolean } = {},
): void {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const keys = keysOf(action);
      if (pressedKeys(event) !== keys) return;
      const plain = !/^(mod|alt)\+/.test(keys) && keys !== "Escape";
      if (plain && !whileWriting && isWriting(event.target)) return;
      if (latest.current(event) !== false) event.preventDefault();
    };
    // A tooltip that Esc closes lets the key go no further than the document.
    document.addEventListener("keydown", hear);
    return () => document.removeEventListener("keydown", hear);
  }, [action, whileWriting]);
}
