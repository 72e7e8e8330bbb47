/** What a person has typed and not yet said: kept per chat in the browser until it has arrived. */

import { placeOf } from "@/lib/whose";

export type Enclosed = {
  /** Of the attachment on the server. */
  id: string;
  name: string;
  media_type: string;
  size: number;
};

export type Draft = {
  text: string;
  enclosed: readonly Enclosed[];
  /** Under which it was sent and perhaps arrived; other words get another key. */
  sent?: { key: string; words: string };
  /** The chat that was begun for it, where there was none. */
  chat?: string;
  /** The run at whose end it is to be sent. */
  waits?: string;
};

export const EMPTY: Draft = { text: "", enclosed: [] };

const nameOf = (chatId: string | null): string => placeOf(chatId ?? "new");

/** Return the draft of a chat; `null` is the chat that has not begun. */
export function readDraft(chatId: string | null, storage: Storage = localStorage): Draft {
  try {
    const kept: unknown = JSON.parse(storage.getItem(nameOf(chatId)) ?? "null");
    if (typeof kept !== "object" || kept === null) return EMPTY;
    const { text, enclosed, ...rest } = kept as Partial<Draft>;
    return { ...rest, text: text ?? "", enclosed: Array.isArray(enclosed) ? enclosed : [] };
  } catch {
    return EMPTY;
  }
}

/** Keep a draft; return whether there was room for it. */
export function keepDraft(
  chatId: string | null,
  draft: Draft,
  storage: Storage = localStorage,
): boolean {
  try {
    if (!draft.text && !draft.enclosed.length && !draft.sent && !draft.chat) {
      storage.removeItem(nameOf(chatId));
    } else {
      storage.setItem(nameOf(chatId), JSON.stringify(draft));
    }
    return true;
  } catch {
    return false;
  }
}

/** Return what tells one draft from another: its words and files. */
export const wordsOf = ({ text, enclosed }: Pick<Draft, "text" | "enclosed">): string =>
  `${enclosed.map(({ id }) => id).join(" ")}\n${text}`;

/** Whether a draft says just what was sent under its key. */
export const isAsSent = (draft: Draft): boolean => draft.sent?.words === wordsOf(draft);

/** Forget what has arrived under `key`, unless something else was typed in its place since. */
export function forgetSent(chatId: string | null, key: string, storage: Storage = localStorage): void {
  const kept = readDraft(chatId, storage);
  if (kept.sent?.key === key && isAsSent(kept)) keepDraft(chatId, EMPTY, storage);
}

/** Keep which chat was begun for what is sent under `key`; empty: none any more. */
export function keepBegun(key: string, begun: string, storage: Storage = localStorage): void {
  const kept = readDraft(null, storage);
  if (kept.sent?.key === key) keepDraft(null, { ...kept, chat: begun }, storage);
}

/** Return the draft as it is sent: with the key of an earlier try if it says the same as then. */
export function sealed(draft: Draft, newKey: () => string): Draft & { sent: { key: string } } {
  const words = wordsOf(draft);
  if (draft.sent?.words === words) return { ...draft, sent: draft.sent };
  return { ...draft, sent: { key: newKey(), words } };
}
