/** What is handed to the view of one message. */

import type { Schemas } from "@/api/client";

/** An answer that is being written into a message just now. */
export type LiveReply = {
  /** The whole text of the message so far, also what stood there before it went on. */
  text: string;
  /** All of the thinking so far. */
  reasoning: string;
  phase: "connecting" | "waiting" | "thinking" | "writing";
  /** Milliseconds, as `Date.now()` says them in this browser. */
  startedAt: number;
  /** When the first sign of the text came; the thinking ended with it. */
  firstTokenAt?: number | null;
  /** What was changed in the request. */
  notices: string[];
  toolCalls?: { id?: string | null; name?: string | null; arguments: string }[];
  /** Pictures and sound that came along. */
  parts?: Schemas["MessageShown"]["parts"];
  refusal?: string;
};

/** What can be done with a message; what is absent is not offered. */
export type MessageActions = {
  copy?: () => void;
  edit?: () => void;
  delete?: () => void;
  /** Delete it and everything below. */
  deleteBelow?: () => void;
  regenerate?: () => void;
  continue?: () => void;
  branch?: () => void;
  checkpoint?: () => void;
  hide?: () => void;
  unhide?: () => void;
  /** Show the alternative of this number (from 0), or have another one written. */
  swipe?: (to: number | "new") => void;
  /** Show the earlier versions. */
  editions?: () => void;
  moveUp?: () => void;
  moveDown?: () => void;
  duplicate?: () => void;
  retry?: () => void;
  useOtherConnection?: () => void;
};

/** What is known of the model that answered. */
export type AnsweringModel = { title?: string; price?: Schemas["Price"] | null };
