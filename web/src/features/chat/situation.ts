/** How a conversation stands, for those who watch it. */

import type { Message } from "@/api/messages";
import { type Conversation, type Happening, NOTHING, happened } from "@/features/chat/conversation";
import type { Ending } from "@/features/chat/reply";

export type Situation = {
  now: Conversation;
  opening: "asked" | "done" | { failed: unknown };
  /** What the person says that the server does not have yet. */
  outgoing: Message | null;
  /** Whether the line to what is being written is lost just now. */
  lost: boolean;
  /** The words of the person's next message, as a model writes them behind what was typed before. */
  impersonated: {
    runId: string;
    typed: string;
    text: string;
    ended: boolean;
    error: Error | null;
  } | null;
  /** What was written last, once it is whole; empty where that went wrong. */
  heard: string;
  /** How the runs ended whose end was heard here. */
  ended: Readonly<Record<string, Ending["state"]>>;
};

/** How a conversation stands that nobody has opened yet. */
export const UNOPENED: Situation = {
  now: NOTHING,
  opening: "asked",
  outgoing: null,
  lost: false,
  impersonated: null,
  heard: "",
  ended: {},
};

export type Standing = ReturnType<typeof stand>;

/** Return what holds a situation, changes it, and tells those who watch. */
export function stand() {
  let situation = UNOPENED;
  const watchers = new Set<() => void>();
  const become = (change: Partial<Situation>) => {
    situation = { ...situation, ...change };
    for (const watcher of watchers) watcher();
  };
  return {
    situation: () => situation,
    become,
    tell: (what: Happening) => become({ now: happened(situation.now, what) }),
    watchers,
  };
}
