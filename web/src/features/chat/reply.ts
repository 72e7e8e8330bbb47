/** One answer while it is written: the events of its run, folded into what is there so far. */

import type { Failure, Message, Part, Usage } from "@/api/messages";
import type { Run, RunEvent } from "@/api/runs";
import type { LiveReply } from "@/features/chat/message/types";

export type Ending = {
  state: "finished" | "stopped" | "failed" | "interrupted";
  error: Failure | null;
};

type Call = NonNullable<LiveReply["toolCalls"]>[number];

export type Reply = {
  runId: string;
  kind: Run["kind"];
  /** The message it answers. */
  parentId: string | null;
  /** The answer it goes on with, or stands beside. */
  targetId: string | null;
  /** The number of the last event heard. */
  seq: number;
  /** The message it is written into, once there is one. */
  messageId: string | null;
  /** Who was asked, once that is known. */
  by: { connection?: string | null; source?: string | null; model?: string | null; answered_by?: string | null };
  text: string;
  reasoning: string;
  refusal: string;
  calls: Readonly<Record<number, Call>>;
  parts: readonly Part[];
  notices: readonly string[];
  usage: Usage | null;
  startedAt: number;
  firstTokenAt: number | null;
  phase: LiveReply["phase"];
  /** How it ended; `null` while it is written. */
  ending: Ending | null;
};

/** Return a run as it is before the first event. `startedAt` is in milliseconds. */
export const begun = (run: Run, startedAt = run.started_at * 1000): Reply => ({
  runId: run.id,
  kind: run.kind,
  parentId: run.parent_id ?? null,
  targetId: run.target_id ?? null,
  seq: 0,
  messageId: run.message_id ?? null,
  by: {},
  text: "",
  reasoning: "",
  refusal: "",
  calls: {},
  parts: [],
  notices: [],
  usage: null,
  startedAt,
  firstTokenAt: null,
  phase: "connecting",
  ending: null,
});

/** Whether the answer becomes a message of its own. */
export const addsMessage = ({ kind }: Reply): boolean =>
  kind === "say" || kind === "swipe" || kind === "regenerate";

const ended = (reply: Reply, state: Ending["state"], error: Failure | null = null): Reply => ({
  ...reply,
  ending: { state, error },
});

/** Return `reply` with the next event heard at `at` (milliseconds); one heard before is left out. */
export function heard(reply: Reply, event: RunEvent, at: number): Reply {
  if (event.seq <= reply.seq || reply.ending) return reply;
  const next = { ...reply, seq: event.seq };
  switch (event.type) {
    case "started":
      return { ...next, phase: "waiting" };
    case "message-added": {
      const { message_id, connection, source, model, answered_by } = event;
      return { ...next, messageId: message_id, by: { connection, source, model, answered_by } };
    }
    case "text-delta":
      return writing({ ...next, text: reply.text + event.text }, at);
    case "refusal-delta":
      return writing({ ...next, refusal: reply.refusal + event.text }, at);
    case "reasoning-delta": {
      const phase = reply.phase === "writing" ? "writing" : "thinking";
      return { ...next, reasoning: reply.reasoning + event.text, phase };
    }
    case "tool-call":
      return writing({ ...next, calls: called(reply.calls, event) }, at);
    case "part-added": {
      const { part } = event;
      if (part.type === "reasoning") return next;
      return writing({ ...next, parts: [...reply.parts, part] }, at);
    }
    case "notice":
      return { ...next, notices: [...reply.notices, event.text] };
    case "usage":
      return { ...next, usage: event.usage };
    case "finished":
      return ended({ ...next, messageId: event.message_id ?? null }, "finished");
    case "stopped":
      return ended({ ...next, messageId: event.message_id ?? null }, "stopped");
    case "failed":
      return ended({ ...next, messageId: event.message_id ?? null }, "failed", event.error);
    case "interrupted":
      return ended({ ...next, messageId: event.message_id ?? null }, "interrupted");
  }
}

const writing = (reply: Reply, at: number): Reply => ({
  ...reply,
  phase: "writing",
  firstTokenAt: reply.firstTokenAt ?? at,
});

function called(calls: Reply["calls"], event: Extract<RunEvent, { type: "tool-call" }>) {
  const known = calls[event.slot];
  const call: Call = known
    ? { ...known, arguments: known.arguments + (event.arguments ?? "") }
    : { id: event.id, name: event.name, arguments: event.arguments ?? "" };
  return { ...calls, [event.slot]: call };
}

/** Return how a reply is shown; `before` is what stood there before it went on. */
export const shownLive = (reply: Reply, before = ""): LiveReply => ({
  text: before + reply.text,
  reasoning: reply.reasoning,
  phase: reply.phase,
  startedAt: reply.startedAt,
  firstTokenAt: reply.firstTokenAt,
  notices: [...reply.notices],
  toolCalls: Object.values(reply.calls),
  parts: [...reply.parts],
  refusal: reply.refusal,
});

const thinking = (text: string): Part => ({
  type: "reasoning",
  kind: "text",
  text,
  encrypted: null,
  format: null,
  id: null,
  index: null,
  signature: null,
});

/** Return a message of the words so far: what is shown until the server's own is read. */
export function standIn(reply: Reply, chatId: string, place: Partial<Message> = {}): Message {
  const parts: Part[] = [
    ...(reply.reasoning ? [thinking(reply.reasoning)] : []),
    ...(reply.text ? [{ type: "text" as const, text: reply.text }] : []),
    ...(reply.refusal ? [{ type: "refusal" as const, text: reply.refusal }] : []),
    ...reply.parts,
  ];
  return {
    id: reply.messageId ?? reply.runId,
    chat_id: chatId,
    parent_id: reply.parentId,
    role: "assistant",
    text: reply.text,
    parts,
    run_id: reply.runId,
    reply: { ...reply.by, began_at: reply.startedAt / 1000, notices: [...reply.notices], attempts: [] },
    created_at: reply.startedAt / 1000,
    updated_at: reply.startedAt / 1000,
    editions: 0,
    hidden: false,
    number: 0,
    swipe: 0,
    swipes: 1,
    version: 1,
    ...place,
  };
}
