/** The drafts of this sitting, kept while one looks elsewhere on the page. Never on a disk. */

import { useSyncExternalStore } from "react";
import { type Draft, EMPTY } from "@/features/connections/draft";

/** Where the draft of a connection that is not saved yet is kept. */
export const NEW = "new";

const drafts = new Map<string, Draft>();
const listeners = new Set<() => void>();

export const draftOf = (id: string): Draft => drafts.get(id) ?? EMPTY;

/** Keep what `change` makes of the draft of `id`. */
export function keepDraft(id: string, change: (draft: Draft) => Draft): void {
  drafts.set(id, change(draftOf(id)));
  for (const listener of listeners) listener();
}

/** Keep what `change` makes of the draft of `from` as that of `to`, and begin anew with the other. */
export function moveDraft(from: string, to: string, change: (draft: Draft) => Draft): void {
  drafts.set(to, change(draftOf(from)));
  dropDraft(from);
}

export function dropDraft(id: string): void {
  drafts.delete(id);
  for (const listener of listeners) listener();
}

function listen(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useDraft = (id: string): Draft => useSyncExternalStore(listen, () => draftOf(id));
