/** A conversation as it stands in a window: a stretch of messages, and what is being written. */

import type { Chat } from "@/api/chats";
import type { Message, Stretch } from "@/api/messages";
import type { Run, RunEvent } from "@/api/runs";
import { type Reply, addsMessage, begun, heard, standIn } from "@/features/chat/reply";

/** More messages than this are not kept: those far from what is looked at are read again. */
export const KEPT = 400;

export type Conversation = {
  chat: Chat | null;
  /** A stretch of the path, oldest first. */
  messages: readonly Message[];
  /** Counts the stretches that have nothing in common with the one before. */
  stretch: number;
  /** The end of the path that is seen. */
  leaf: string | null;
  moreBefore: boolean;
  moreAfter: boolean;
  /** What is being written, and what ended without a message to say so. */
  replies: readonly Reply[];
  /** The runs that wrote messages of late, by message: a row stays the same when it gets its id. */
  born: Readonly<Record<string, string>>;
  /** Counts the changes of the path, to know a stretch that was read before one. */
  steps: number;
};

export type Happening =
  | { type: "read"; stretch: Stretch; where: "anew" | "again" | "before" | "after" }
  | { type: "said"; message: Message; run: Run | null }
  | { type: "run-began"; run: Run; startedAt?: number }
  /** A run ended before it was followed, and left no message. */
  | { type: "ended-unheard"; run: Run }
  | { type: "heard"; runId: string; events: readonly RunEvent[]; at: number }
  /** A run ended, and its message was read anew (or there is none). */
  | { type: "settled"; runId: string; message: Message | null }
  | { type: "changed"; message: Message }
  /** An alternative is shown in place of the message it stands beside. */
  | { type: "selected"; message: Message }
  | { type: "removed"; id: string; below: boolean }
  | { type: "chat"; chat: Chat }
  | { type: "dismissed"; runId: string };

export const NOTHING: Conversation = {
  chat: null,
  messages: [],
  stretch: 0,
  leaf: null,
  moreBefore: false,
  moreAfter: false,
  replies: [],
  born: {},
  steps: 0,
};

/** Return the conversation after something happened. */
export function happened(now: Conversation, what: Happening): Conversation {
  switch (what.type) {
    case "read":
      return read(now, what.stretch, what.where);
    case "said":
      return said(now, what.message, what.run);
    case "run-began":
      if (now.replies.some((reply) => reply.runId === what.run.id)) return now;
      return { ...now, replies: [...withoutTries(now, what.run), begun(what.run, what.startedAt)] };
    case "ended-unheard":
      return endedUnheard(now, what.run);
    case "heard":
      return hear(now, what);
    case "settled":
      return settled(now, what.runId, what.message);
    case "changed":
      return { ...now, messages: replaced(now.messages, what.message) };
    case "selected":
      return selected(now, what.message);
    case "removed":
      return removed(now, what.id, what.below);
    case "chat":
      return { ...now, chat: what.chat };
    case "dismissed":
      return without(now, what.runId);
  }
}

export const isRunning = (reply: Reply): boolean => reply.ending === null;

/** Return what is being written into the chat itself (not on the side). */
export const writtenNow = (now: Conversation): Reply | undefined =>
  now.replies.findLast((reply) => isRunning(reply) && reply.kind !== "quiet");

/** Whether nothing was said yet, nor is just being answered. */
export const isBlank = ({ messages, replies }: Conversation): boolean =>
  messages.length === 0 && replies.length === 0;

const indexOf = (messages: readonly Message[], id: string | null): number =>
  id === null ? -1 : messages.findIndex((message) => message.id === id);

const replaced = (messages: readonly Message[], newer: Message): readonly Message[] =>
  messages.map((message) => (message.id === newer.id ? newer : message));

const without = (now: Conversation, runId: string): Conversation => ({
  ...now,
  replies: now.replies.filter((reply) => reply.runId !== runId),
});

/** Return the replies but for what ended in vain where `run` tries anew. */
const withoutTries = ({ replies }: Conversation, { parent_id }: Run): readonly Reply[] =>
  replies.filter(
    (reply) => isRunning(reply) || reply.messageId !== null || reply.parentId !== (parent_id ?? null),
  );

function endedUnheard(now: Conversation, run: Run): Conversation {
  const { state, error } = run;
  const isKnown = now.replies.some((reply) => reply.runId === run.id);
  if (isKnown || (state !== "failed" && state !== "interrupted")) return now;
  const reply: Reply = { ...begun(run), ending: { state, error: error ?? null } };
  return { ...now, replies: [...withoutTries(now, run), reply] };
}

function read(now: Conversation, stretch: Stretch, where: "anew" | "again" | "before" | "after"): Conversation {
  const { chat, messages: found, leaf, more_before, more_after } = stretch;
  switch (where) {
    case "before": {
      const known = new Set(now.messages.map((message) => message.id));
      const earlier = found.filter((message) => !known.has(message.id));
      const messages = [...earlier, ...now.messages];
      // The end is let go when it is far; not while it is being written.
      const kept = now.replies.some(isRunning) ? messages : messages.slice(0, KEPT);
      return {
        ...now,
        messages: kept,
        moreBefore: more_before,
        moreAfter: now.moreAfter || kept.length < messages.length,
      };
    }
    case "after": {
      const known = new Set(now.messages.map((message) => message.id));
      const later = found.filter((message) => !known.has(message.id));
      const messages = [...now.messages, ...later];
      return {
        ...now,
        messages: messages.slice(-KEPT),
        moreBefore: now.moreBefore || messages.length > KEPT,
        moreAfter: more_after,
        leaf,
      };
    }
    case "again":
      return again(now, stretch);
    case "anew":
      return {
        ...now,
        chat,
        messages: found,
        stretch: now.stretch + 1,
        leaf,
        moreBefore: more_before,
        moreAfter: more_after,
      };
  }
}

/** Take over a stretch that was read again, keeping what stands above it. */
function again(now: Conversation, stretch: Stretch): Conversation {
  const { chat, messages: found, leaf, more_before: moreBefore, more_after: moreAfter } = stretch;
  const newer = { ...now, chat, leaf, moreAfter };
  const head = found[0];
  if (!head) return { ...newer, messages: [], moreBefore, stretch: now.stretch + 1 };
  const at = indexOf(now.messages, head.id);
  if (at >= 0) {
    const above = now.messages.slice(0, at);
    return { ...newer, messages: [...above, ...found], moreBefore: at > 0 ? now.moreBefore : moreBefore };
  }
  const shared = found.findIndex((message) => indexOf(now.messages, message.id) >= 0);
  if (shared < 0) return read(now, stretch, "anew");
  return { ...newer, messages: found, moreBefore };
}

function said(now: Conversation, message: Message, run: Run | null): Conversation {
  const chat = now.chat && { ...now.chat, head: message.id };
  // One that ended with a message holds its words until they are read.
  const replies = now.replies.filter((reply) => isRunning(reply) || reply.messageId !== null);
  const at = indexOf(now.messages, message.id);
  const above = indexOf(now.messages, message.parent_id ?? null);
  const belongs = at < 0 && (above >= 0 || (!now.moreBefore && !message.parent_id));
  const next: Conversation = {
    ...now,
    chat,
    replies,
    leaf: message.id,
    steps: now.steps + 1,
    ...(belongs && { messages: [...now.messages.slice(0, above + 1), message], moreAfter: false }),
    ...(at < 0 && !belongs && { moreAfter: true }),
  };
  return run ? happened(next, { type: "run-began", run, startedAt: Date.now() }) : next;
}

function hear(now: Conversation, what: Extract<Happening, { type: "heard" }>): Conversation {
  const before = now.replies.find((reply) => reply.runId === what.runId);
  if (!before) return now;
  let reply = before;
  let next = now;
  for (const event of what.events) {
    const known = reply;
    reply = heard(reply, event, what.at);
    if (reply === known) continue;
    // A run that had its message before it was followed stands where the stretch has it.
    if (event.type === "message-added" && known.messageId !== reply.messageId) {
      next = placed(next, reply, event.shown !== false);
    }
  }
  return {
    ...next,
    replies: next.replies.map((each) => (each.runId === reply.runId ? reply : each)),
  };
}

/** Put the message of a reply where it belongs. */
function placed(now: Conversation, reply: Reply, isShown: boolean): Conversation {
  const id = reply.messageId;
  if (id === null || indexOf(now.messages, id) >= 0) return now;
  const above = indexOf(now.messages, reply.parentId);
  const isFirst = reply.parentId === null && !now.moreBefore;
  const beside = above >= 0 || isFirst ? now.messages[above + 1] : undefined;
  const swipes = (beside?.swipes ?? 0) + 1;
  if (!isShown) {
    return beside ? { ...now, messages: replaced(now.messages, { ...beside, swipes }) } : now;
  }
  const chat = now.chat && { ...now.chat, head: id };
  if (above < 0 && !isFirst) return { ...now, chat, steps: now.steps + 1, moreAfter: true };
  const message = standIn(
    { ...reply, text: "", reasoning: "" },
    now.chat?.id ?? "",
    { swipe: swipes - 1, swipes },
  );
  return {
    ...now,
    chat,
    messages: [...now.messages.slice(0, above + 1), message],
    leaf: id,
    moreAfter: false,
    born: { ...now.born, [id]: reply.runId },
    steps: now.steps + 1,
  };
}

function settled(now: Conversation, runId: string, message: Message | null): Conversation {
  const reply = now.replies.find((each) => each.runId === runId);
  if (!reply) return now;
  if (message) return without({ ...now, messages: replaced(now.messages, message) }, runId);
  // Taken back for want of words: what was there before is shown again when the chat is read.
  const stub = Object.keys(now.born).find((id) => now.born[id] === runId);
  const emptied = stub ? removed(now, stub, true) : now;
  const says = reply.ending?.state === "failed" || reply.ending?.state === "interrupted";
  const isAside = reply.kind === "quiet" || reply.kind === "impersonate";
  return says && !isAside ? emptied : without(emptied, runId);
}

function selected(now: Conversation, message: Message): Conversation {
  const above = indexOf(now.messages, message.parent_id ?? null);
  const beside = now.messages[above + 1];
  if (!beside || (beside.parent_id ?? null) !== (message.parent_id ?? null)) return now;
  return {
    ...now,
    messages: [...now.messages.slice(0, above + 1), message],
    moreAfter: false,
    leaf: message.id,
    steps: now.steps + 1,
    replies: now.replies.filter(isRunning),
  };
}

function removed(now: Conversation, id: string, below: boolean): Conversation {
  const at = indexOf(now.messages, id);
  if (at < 0) return now;
  const kept = now.messages.slice(0, at);
  const above = now.messages[at]?.parent_id ?? null;
  const isEnd = below || at === now.messages.length - 1;
  const rest = below ? [] : now.messages.slice(at + 1);
  const messages = [
    ...kept,
    ...rest.map((each, place) => (place === 0 ? { ...each, parent_id: above } : each)),
  ];
  return {
    ...now,
    messages,
    ...(isEnd && { leaf: above, moreAfter: false }),
    steps: now.steps + 1,
  };
}

/** Whether a reply that has no message yet, or never got one, is shown in a row of its own. */
export const hasOwnRow = (reply: Reply): boolean =>
  addsMessage(reply) ? reply.messageId === null : reply.ending !== null;
