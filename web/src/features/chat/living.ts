/** A conversation that lives: read from the server, followed while it is written, spoken into. */

import type { Chat } from "@/api/chats";
import type { Message, Say, Wished } from "@/api/messages";
import { ProblemError } from "@/api/problems";
import type { Run } from "@/api/runs";
import { idFrom } from "@/features/chat/arrival";
import { happened, isRunning, writtenNow } from "@/features/chat/conversation";
import type { Door } from "@/features/chat/door";
import { following } from "@/features/chat/following";
import { patiently } from "@/features/chat/patience";
import { AT_ONCE, reading } from "@/features/chat/reading";
import { stand } from "@/features/chat/situation";

const SAY_AGAIN_AFTER = [800, 2500];

export type Speech = {
  /** Tells this sending from others: sent twice, it is said once. */
  key: string;
  parts: Message["parts"];
  wish?: Wished;
};

/** Somebody else was faster: the chat has been read anew, and what was to be said was not said. */
export class Overtaken extends Error {
  constructor() {
    super("The chat went on in another window. Here is what came; your words are still in the input.");
    this.name = "Overtaken";
  }
}

export type Living = ReturnType<typeof live>;

/** Return the living conversation `chatId`. */
export function live(chatId: string, door: Door) {
  const standing = stand();
  const { situation, become, tell, watchers } = standing;
  const { open, ...read } = reading(chatId, door, standing);
  const { follow, followAll, wake, ...runs } = following(chatId, door, standing, read.refresh);
  let isAsking = false;

  /** Say something. It stands at the end at once; when it cannot be said it is gone from there. */
  async function say({ key, parts, wish }: Speech): Promise<void> {
    const { now, opening } = situation();
    become({ outgoing: outgoingOf(chatId, key, parts) });
    const isHead = now.leaf === (now.chat?.head ?? null);
    // What was said before anything was seen goes to the end, wherever that is.
    const seen = isHead ? { head: now.leaf } : { parent: now.leaf };
    const body: Say = {
      parts,
      answer: true,
      role: "user",
      ...wish,
      ...(opening === "done" && seen),
    };
    try {
      const { message, run } = await patiently(
        () => door.say(chatId, key, body),
        SAY_AGAIN_AFTER,
        door.wait,
      );
      become({ outgoing: null, now: happened(situation().now, { type: "said", message, run: null }) });
      if (run) follow(run, Date.now());
      if (situation().now.moreAfter) await read.toEnd();
    } catch (error) {
      become({ outgoing: null });
      if (error instanceof ProblemError && error.status === 409) {
        await read.toEnd().catch(() => undefined);
        throw error.code === "stale" || error.newer ? new Overtaken() : error;
      }
      throw error;
    }
  }

  /** Have something written. While it is asked for, nothing else is: keys are pressed fast. */
  async function begin(ask: () => Promise<Run>, noting?: (run: Run) => void): Promise<void> {
    if (isAsking) return;
    isAsking = true;
    try {
      const run = await ask();
      noting?.(run);
      follow(run, Date.now());
    } finally {
      isAsking = false;
    }
  }

  /** Have something written: the answer to a message, another one, or on from its end. */
  function write(kind: "swipe" | "regenerate" | "continue", id: string, wish: Wished = {}): Promise<void> {
    for (const reply of situation().now.replies) {
      if (!isRunning(reply)) tell({ type: "dismissed", runId: reply.runId });
    }
    const ask = { swipe: door.swipe, regenerate: door.regenerate, continue: door.continueAnswer }[kind];
    return begin(() => ask(id, wish));
  }

  /** Have the person's next message written on from what they typed. */
  const impersonate = (typed: string): Promise<void> =>
    begin(
      () => door.impersonate(chatId),
      ({ id }) => become({ impersonated: { runId: id, typed, text: "", ended: false, error: null } }),
    );

  /** Whether what was sent under `key` is there, also where nobody answered that it is. */
  async function hasSaid(key: string): Promise<boolean> {
    const owner = situation().now.chat?.owner;
    const id = owner === undefined ? null : await idFrom(owner, chatId, key);
    if (id === null) return false;
    if (situation().now.messages.some((message) => message.id === id)) return true;
    // Asked for by itself, what is not there would stand as an error in the browser's log.
    return door.read(chatId, { limit: AT_ONCE }).then(
      (end) => end.messages.some((message) => message.id === id),
      () => false,
    );
  }

  async function stop(): Promise<void> {
    const reply = writtenNow(situation().now);
    if (reply) await door.stop(reply.runId);
  }

  /** Take the last step back, or do it again. */
  async function step(way: "undo" | "redo"): Promise<boolean> {
    const { chat, change } = await door[way](chatId);
    tell({ type: "chat", chat });
    // What was brought back is shown, and what was taken back is not looked for.
    if (change) await read.refresh(chat.head === situation().now.leaf ? null : chat.head);
    return change !== null;
  }

  return {
    chatId,
    situation,
    watch: (watcher: () => void) => {
      watchers.add(watcher);
      return () => {
        watchers.delete(watcher);
        // One watcher is often there before the next; only who really leaves is not followed by any.
        setTimeout(() => {
          if (watchers.size === 0) runs.rest();
        });
      };
    },
    isWatched: () => watchers.size > 0,
    tell,
    open: (focus: string | null): Promise<void> => {
      wake();
      return open(focus, followAll);
    },
    ...read,
    ...runs,
    say,
    hasSaid,
    write,
    impersonate,
    /** Take note that the words a model wrote for the person are in the input. */
    takeImpersonated: () => become({ impersonated: null }),
    stop,
    step,
    /** A chat that was begun a moment ago is empty: there is nothing to read. */
    beginEmpty: (chat: Chat) => {
      tell({ type: "chat", chat });
      become({ opening: "done" });
    },
  };
}

function outgoingOf(chatId: string, key: string, parts: Message["parts"]): Message {
  const at = Date.now() / 1000;
  const text = parts.map((part) => (part.type === "text" ? part.text : "")).join("");
  return {
    id: `outgoing ${key}`,
    chat_id: chatId,
    role: "user",
    parts,
    text,
    created_at: at,
    updated_at: at,
    editions: 0,
    hidden: false,
    number: 0,
    swipe: 0,
    swipes: 1,
    version: 1,
  };
}
