/** A conversation that lives: read from the server, followed while it is written, spoken into. */

import type { Chat } from "@/api/chats";
import type { Message, Place, Say, Wished } from "@/api/messages";
import { ProblemError } from "@/api/problems";
import { type Run, type RunEvent, closes } from "@/api/runs";
import { idFrom } from "@/features/chat/arrival";
import {
  type Conversation,
  type Happening,
  NOTHING,
  happened,
  isRunning,
  writtenNow,
} from "@/features/chat/conversation";
import type { Door } from "@/features/chat/door";
import { gather } from "@/features/chat/gathering";
import { patiently } from "@/features/chat/patience";

const AT_ONCE = 50;
const MOST_AT_ONCE = 200;
const SAY_AGAIN_AFTER = [800, 2500];
const READ_AGAIN_AFTER = [500, 2000, 5000];

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
};

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
  let situation: Situation = {
    now: NOTHING,
    opening: "asked",
    outgoing: null,
    lost: false,
    impersonated: null,
    heard: "",
  };
  const watchers = new Set<() => void>();
  const following = new Map<string, () => void>();
  const reading = { earlier: false, later: false };
  let again: Promise<void> | null = null;
  let openings = 0;
  let isAsking = false;
  let isResting = false;
  let wanted: { around: string | null } | null = null;

  const become = (change: Partial<Situation>) => {
    situation = { ...situation, ...change };
    for (const watcher of watchers) watcher();
  };
  const tell = (what: Happening) => become({ now: happened(situation.now, what) });

  const events = gather<{ runId: string; event: RunEvent }>((heard) => {
    let { now, impersonated, heard: whole } = situation;
    const at = Date.now();
    for (const runId of new Set(heard.map((each) => each.runId))) {
      const own = heard.filter((each) => each.runId === runId).map((each) => each.event);
      now = happened(now, { type: "heard", runId, events: own, at });
      const reply = now.replies.find((each) => each.runId === runId);
      // What went wrong is told in its own place.
      if (reply?.ending) whole = reply.ending.error ? "" : reply.text;
      if (reply?.kind === "impersonate" && impersonated?.runId === runId) {
        const error = reply.ending?.error ? new Error(reply.ending.error.message) : null;
        impersonated = { ...impersonated, text: reply.text, ended: reply.ending !== null, error };
      }
    }
    become({ now, impersonated, heard: whole });
    for (const { runId, event } of heard) if (closes(event)) void settle(runId);
  });

  /** Read what a run wrote as the server keeps it. */
  async function settle(runId: string): Promise<void> {
    following.delete(runId);
    const reply = situation.now.replies.find((each) => each.runId === runId);
    if (!reply) return;
    if (reply.messageId === null) {
      tell({ type: "settled", runId, message: null });
      if (reply.kind !== "impersonate" && reply.kind !== "quiet") await refresh();
      return;
    }
    const message = await patiently(
      () => door.message(reply.messageId ?? ""),
      READ_AGAIN_AFTER,
      door.wait,
    ).catch(() => null);
    // Without it the words that were heard stay; they are the same.
    if (message) tell({ type: "settled", runId, message });
    if (!situation.now.messages.some((each) => each.id === reply.messageId)) await refresh();
  }

  function follow(run: Run, startedAt?: number): void {
    tell({ type: "run-began", run, startedAt });
    hearRun(run.id, 0);
  }

  /** Hear a run after its event `after`; while nobody looks it waits, the server keeps the words. */
  function hearRun(runId: string, after: number): void {
    if (isResting || following.has(runId)) return;
    const stop = door.follow(runId, after, {
      onEvent: (event) => events.add({ runId, event }),
      onLine: (open) => {
        if (situation.lost === open) become({ lost: !open });
      },
      onGone: () => {
        following.delete(runId);
        tell({ type: "dismissed", runId });
        const { impersonated } = situation;
        if (impersonated?.runId === runId) become({ impersonated: { ...impersonated, ended: true } });
        void refresh();
      },
    });
    following.set(runId, stop);
  }

  /** Hear nothing while nobody looks: a browser has few connections for all of its windows. */
  function rest(): void {
    isResting = true;
    for (const end of following.values()) end();
    following.clear();
    events.drop();
    if (situation.lost) become({ lost: false });
  }

  /** Follow what is being written that is not followed yet. */
  async function followAll(): Promise<void> {
    const { runs, unanswered } = await door.runs(chatId);
    if (unanswered) tell({ type: "ended-unheard", run: unanswered });
    for (const run of runs) if (!following.has(run.id)) follow(run);
  }

  /** Take in what happened while nobody looked. */
  async function catchUp(): Promise<void> {
    isResting = false;
    if (situation.opening !== "done") return;
    for (const reply of situation.now.replies) if (isRunning(reply)) hearRun(reply.runId, reply.seq);
    try {
      await followAll();
      await refresh();
    } catch {
      // Whoever waits for the server is told so by the line; it is asked again then.
    }
  }

  /** Look whether somebody did something elsewhere; read the chat anew if so. */
  async function look(): Promise<void> {
    const { now, opening } = situation;
    if (opening !== "done") return;
    try {
      await followAll();
      const { chat } = await door.read(chatId, { limit: 1 });
      const isSame = chat.updated_at === now.chat?.updated_at && chat.head === now.chat?.head;
      if (!isSame && situation.now.steps === now.steps && !writtenNow(situation.now)) await refresh();
    } catch {
      // The next look is soon.
    }
  }

  /** Open the chat at its end, or around a message; a later opening overtakes this one. */
  async function open(focus: string | null): Promise<void> {
    const opening = (openings += 1);
    isResting = false;
    become({ opening: "asked" });
    try {
      // The runs first: a message that is added meanwhile is then told by its run.
      await followAll();
      const place: Place = focus ? { around: focus, limit: AT_ONCE } : { limit: AT_ONCE };
      const stretch = await door.read(chatId, place);
      if (opening !== openings) return;
      tell({ type: "read", stretch, where: "anew" });
      become({ opening: "done" });
    } catch (error) {
      if (opening === openings) become({ opening: { failed: error } });
    }
  }

  async function earlier(): Promise<void> {
    const first = situation.now.messages[0];
    if (reading.earlier || !first || !situation.now.moreBefore) return;
    reading.earlier = true;
    try {
      const stretch = await door.read(chatId, { before: first.id, limit: AT_ONCE });
      if (situation.now.messages[0]?.id === first.id) tell({ type: "read", stretch, where: "before" });
    } finally {
      reading.earlier = false;
    }
  }

  async function later(): Promise<void> {
    const { messages, moreAfter, leaf } = situation.now;
    const last = messages.at(-1);
    if (reading.later || !last || !moreAfter) return;
    reading.later = true;
    try {
      const stretch = await door.read(chatId, { after: last.id, leaf, limit: AT_ONCE });
      if (situation.now.messages.at(-1)?.id === last.id) tell({ type: "read", stretch, where: "after" });
    } finally {
      reading.later = false;
    }
  }

  /** Show the end of the path that is shown. */
  async function toEnd(): Promise<void> {
    tell({ type: "read", stretch: await door.read(chatId, { limit: AT_ONCE }), where: "anew" });
  }

  /** Read the stretch anew; `around` where the path may have become another. */
  function refresh(around: string | null = null): Promise<void> {
    wanted = { around };
    again ??= (async () => {
      try {
        while (wanted) {
          const place = wanted.around;
          wanted = null;
          await readAgain(place);
        }
      } finally {
        again = null;
      }
    })();
    return again;
  }

  async function readAgain(around: string | null): Promise<void> {
    for (let tries = 0; tries < 4; tries += 1) {
      const { steps, messages, moreAfter, leaf, chat } = situation.now;
      const middle = around ?? (moreAfter || leaf !== chat?.head ? messages.at(-1)?.id : null);
      const place = middle
        ? { around: middle, limit: AT_ONCE }
        : { limit: Math.min(MOST_AT_ONCE, Math.max(AT_ONCE, messages.length)) };
      const stretch = await door.read(chatId, place).catch(async (error: unknown) => {
        // What stood in the middle is gone: the end is where one is then.
        if (!middle || !(error instanceof ProblemError && error.status === 404)) throw error;
        return door.read(chatId, { limit: AT_ONCE });
      });
      if (situation.now.steps !== steps) continue;
      tell({ type: "read", stretch, where: "again" });
      return;
    }
  }

  /** Say something. It stands at the end at once; when it cannot be said it is gone from there. */
  async function say({ key, parts, wish }: Speech): Promise<void> {
    const { now, opening } = situation;
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
      become({ outgoing: null, now: happened(situation.now, { type: "said", message, run: null }) });
      if (run) follow(run, Date.now());
      if (situation.now.moreAfter) await toEnd();
    } catch (error) {
      become({ outgoing: null });
      if (error instanceof ProblemError && error.status === 409) {
        await toEnd().catch(() => undefined);
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
    for (const reply of situation.now.replies) {
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
    const owner = situation.now.chat?.owner;
    const id = owner === undefined ? null : await idFrom(owner, chatId, key);
    if (id === null) return false;
    if (situation.now.messages.some((message) => message.id === id)) return true;
    return door.message(id).then(
      (message) => !message.deleted_at,
      () => false,
    );
  }

  async function stop(): Promise<void> {
    const reply = writtenNow(situation.now);
    if (reply) await door.stop(reply.runId);
  }

  /** Take the last step back, or do it again. */
  async function step(way: "undo" | "redo"): Promise<boolean> {
    const { chat, change } = await door[way](chatId);
    tell({ type: "chat", chat });
    if (change) await refresh(null);
    return change !== null;
  }

  return {
    chatId,
    situation: () => situation,
    watch: (watcher: () => void) => {
      watchers.add(watcher);
      return () => {
        watchers.delete(watcher);
        // One watcher is often there before the next; only who really leaves is not followed by any.
        setTimeout(() => {
          if (watchers.size === 0) rest();
        });
      };
    },
    isWatched: () => watchers.size > 0,
    tell,
    open,
    earlier,
    later,
    toEnd,
    refresh,
    catchUp,
    look,
    followRun: async (runId: string) => {
      if (following.has(runId)) return;
      const run = await door.run(runId).catch(() => null);
      const isKnown = situation.now.replies.some((reply) => reply.runId === runId);
      if (run?.state === "running" && !isKnown) follow(run);
    },
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
    rest,
    isResting: () => isResting,
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
