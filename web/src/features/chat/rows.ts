/** The rows of the list: messages, what is awaited, what went wrong, and what is on its way. */

import type { Message } from "@/api/messages";
import { type Conversation, hasOwnRow, isRunning } from "@/features/chat/conversation";
import { type Reply, addsMessage, standIn } from "@/features/chat/reply";

export type Row =
  | { kind: "message"; key: string; message: Message; reply: Reply | null }
  /** An answer that has no word yet stands where it will come. */
  | { kind: "waiting"; key: string; message: Message; reply: Reply }
  | { kind: "trouble"; key: string; reply: Reply }
  /** What the person said that nobody answered. */
  | { kind: "unanswered"; key: string; message: Message }
  /** What the person says that the server does not have yet. */
  | { kind: "outgoing"; key: string; message: Message };

type Said = Extract<Row, { kind: "message" }>;
type Settled = { born: Conversation["born"]; rows: readonly Said[]; places: ReadonlyMap<string, number> };

/** The rows of messages into which nothing is written: the same for every word that comes elsewhere. */
const settled = new WeakMap<readonly Message[], Settled>();

function settledRows({ messages, born }: Conversation): Settled {
  const known = settled.get(messages);
  if (known?.born === born) return known;
  const rows = messages.map(
    (message): Said => ({ kind: "message", key: born[message.id] ?? message.id, message, reply: null }),
  );
  const places = new Map(messages.map(({ id }, place) => [id, place]));
  const made = { born, rows, places };
  settled.set(messages, made);
  return made;
}

/** Return how many rows at the beginning no reply has to do with. */
function untouchedBy(replies: readonly Reply[], { rows, places }: Settled): number {
  const touched = replies
    .flatMap(({ messageId, parentId, targetId }) => [messageId, parentId, targetId])
    .map((id) => (id === null ? undefined : places.get(id)) ?? rows.length);
  return Math.min(rows.length, ...touched);
}

/** Return the rows of a conversation, with what is on its way at the end. */
export function rowsOf(now: Conversation, outgoing: Message | null = null): Row[] {
  const still = settledRows(now);
  const from = untouchedBy(now.replies, still);
  const rows: Row[] = still.rows.slice(0, from);
  const waiting = now.replies.findLast((reply) => addsMessage(reply) && hasOwnRow(reply) && isRunning(reply));
  for (const row of still.rows.slice(from)) {
    const { message } = row;
    if (waiting && waiting.kind !== "say" && message.id === waiting.targetId && message.role === "assistant") {
      const swipes = message.swipes + 1;
      rows.push(awaited(waiting, now, { swipe: swipes - 1, swipes }));
      return end(rows, now, outgoing);
    }
    const reply = replyIn(now, message);
    rows.push(reply ? { ...row, reply } : row);
    if (waiting && (waiting.kind === "say" || message.id === waiting.targetId) && message.id === waiting.parentId) {
      rows.push(awaited(waiting, now));
      return end(rows, now, outgoing);
    }
    // What was said and has an answer by now was answered elsewhere.
    if (message.role !== "user" || message === now.messages.at(-1)) rows.push(...troublesAt(now, message.id));
  }
  return end(rows, now, outgoing);
}

/** Return the first message that was sent for the last answer, where there was no room for older ones. */
export const sentFrom = ({ messages, moreAfter }: Conversation): string | null =>
  moreAfter ? null : (messages.findLast(({ reply }) => reply)?.reply?.sent_from ?? null);

const awaited = (reply: Reply, now: Conversation, place: Partial<Message> = {}): Row => ({
  kind: "waiting",
  key: reply.runId,
  message: standIn(reply, now.chat?.id ?? "", place),
  reply,
});

const replyIn = (now: Conversation, { id }: Message): Reply | null =>
  now.replies.findLast(
    (reply) =>
      (addsMessage(reply) && reply.messageId === id) ||
      (reply.kind === "continue" && reply.targetId === id && (isRunning(reply) || reply.messageId === id)),
  ) ?? null;

/** What ended without a word is told below what it was to stand beside, go on with, or answer. */
const troublesAt = (now: Conversation, id: string): Row[] =>
  now.replies
    .filter((reply) => {
      if (isRunning(reply) || reply.messageId !== null) return false;
      return (reply.kind === "say" ? reply.parentId : (reply.targetId ?? reply.parentId)) === id;
    })
    .map((reply) => ({ kind: "trouble", key: `trouble ${reply.runId}`, reply }));

function end(rows: Row[], now: Conversation, outgoing: Message | null): Row[] {
  if (outgoing) return [...rows, { kind: "outgoing", key: outgoing.id, message: outgoing }];
  const last = rows.at(-1);
  if (last?.kind === "message" && last.message.role === "user" && !now.moreAfter) {
    return [...rows, { kind: "unanswered", key: `unanswered ${last.key}`, message: last.message }];
  }
  return rows;
}
