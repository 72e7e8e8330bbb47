/** A message that waits for the end of an answer, to be sent then. */

import { type Draft, isAsSent } from "@/features/chat/draft";
import type { Situation } from "@/features/chat/situation";

export type Queued = {
  /** The run it waits for. */
  behind: string;
  /** What it says; whoever writes on sends it themselves. */
  words: string;
};

/** What the window knows of the answers in the chat. */
export type Progress = {
  /** Not before the chat is open. */
  isKnown: boolean;
  /** The run that writes just now: the newest, if there are several. */
  writing: string | null;
  /** All runs that are not over. */
  running: readonly string[];
  ended: Situation["ended"];
};

/** Return what waited when the draft was kept; `null` where nothing did. */
export const queuedIn = (draft: Draft): Queued | null =>
  draft.waits !== undefined && draft.sent && isAsSent(draft)
    ? { behind: draft.waits, words: draft.sent.words }
    : null;

/** Whether it goes on waiting, is to be sent now, or stays: only a good end that was seen sends it. */
export function turnOf({ behind }: Queued, { isKnown, running, ended }: Progress): "waits" | "due" | "stays" {
  if (!isKnown || running.includes(behind)) return "waits";
  return ended[behind] === "finished" ? "due" : "stays";
}
