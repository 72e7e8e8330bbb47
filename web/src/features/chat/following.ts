/** The runs that write into a chat: followed while somebody looks, left alone while nobody does. */

import { type Run, type RunEvent, closes } from "@/api/runs";
import { happened, isRunning, writtenNow } from "@/features/chat/conversation";
import type { Door } from "@/features/chat/door";
import { gather } from "@/features/chat/gathering";
import { patiently } from "@/features/chat/patience";
import type { Standing } from "@/features/chat/situation";

const READ_AGAIN_AFTER = [500, 2000, 5000];

/** Return what follows the runs of a chat; `refresh` reads the chat anew. */
export function following(
  chatId: string,
  door: Door,
  { situation, become, tell }: Standing,
  refresh: () => Promise<void>,
) {
  const followed = new Map<string, () => void>();
  /** The runs that ended while nobody listened: their end is not news. */
  const missed = new Set<string>();
  let isResting = false;

  const events = gather<{ runId: string; event: RunEvent }>((heard) => {
    let { now, impersonated, heard: whole, ended } = situation();
    const at = Date.now();
    for (const runId of new Set(heard.map((each) => each.runId))) {
      const own = heard.filter((each) => each.runId === runId).map((each) => each.event);
      now = happened(now, { type: "heard", runId, events: own, at });
      const reply = now.replies.find((each) => each.runId === runId);
      if (reply?.ending) {
        // What went wrong is told in its own place.
        whole = reply.ending.error ? "" : reply.text;
        if (!missed.has(runId)) ended = { ...ended, [runId]: reply.ending.state };
      }
      if (reply?.kind === "impersonate" && impersonated?.runId === runId) {
        const error = reply.ending?.error ? new Error(reply.ending.error.message) : null;
        impersonated = { ...impersonated, text: reply.text, ended: reply.ending !== null, error };
      }
    }
    become({ now, impersonated, heard: whole, ended });
    for (const { runId, event } of heard) if (closes(event)) void settle(runId);
  });

  /** Read what a run wrote as the server keeps it. */
  async function settle(runId: string): Promise<void> {
    followed.delete(runId);
    const reply = situation().now.replies.find((each) => each.runId === runId);
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
    if (!situation().now.messages.some((each) => each.id === reply.messageId)) await refresh();
  }

  function follow(run: Run, startedAt?: number): void {
    tell({ type: "run-began", run, startedAt });
    hear(run.id, 0);
  }

  /** Hear a run after its event `after`; while nobody looks it waits, the server keeps the words. */
  function hear(runId: string, after: number): void {
    if (isResting || followed.has(runId)) return;
    const stop = door.follow(runId, after, {
      onEvent: (event) => events.add({ runId, event }),
      onLine: (open) => {
        if (situation().lost === open) become({ lost: !open });
      },
      onGone: () => {
        followed.delete(runId);
        tell({ type: "dismissed", runId });
        const { impersonated } = situation();
        if (impersonated?.runId === runId) become({ impersonated: { ...impersonated, ended: true } });
        void refresh();
      },
    });
    followed.set(runId, stop);
  }

  /** Follow a run that was begun elsewhere. */
  async function followRun(runId: string): Promise<void> {
    if (followed.has(runId)) return;
    const run = await door.run(runId).catch(() => null);
    const isKnown = situation().now.replies.some((reply) => reply.runId === runId);
    if (run?.state === "running" && !isKnown) follow(run);
  }

  /** Follow what is being written that is not followed yet, and hear the rest of what ended meanwhile. */
  async function followAll(): Promise<void> {
    const { runs, unanswered } = await door.runs(chatId);
    if (unanswered) tell({ type: "ended-unheard", run: unanswered });
    for (const { runId, seq } of situation().now.replies.filter(isRunning)) {
      if (followed.has(runId)) continue;
      if (!runs.some(({ id }) => id === runId)) missed.add(runId);
      hear(runId, seq);
    }
    for (const run of runs) if (!followed.has(run.id)) follow(run);
  }

  /** Hear nothing while nobody looks: a browser has few connections for all of its windows. */
  function rest(): void {
    isResting = true;
    for (const end of followed.values()) end();
    followed.clear();
    events.drop();
    if (situation().lost) become({ lost: false });
  }

  /** Take in what happened while nobody looked. */
  async function catchUp(): Promise<void> {
    isResting = false;
    if (situation().opening !== "done") return;
    try {
      await followAll();
      await refresh();
    } catch {
      // Whoever waits for the server is told so by the line; it is asked again then.
    }
  }

  /** Look whether somebody did something elsewhere; read the chat anew if so. */
  async function look(): Promise<void> {
    const { now, opening } = situation();
    if (opening !== "done") return;
    try {
      await followAll();
      const { chat } = await door.read(chatId, { limit: 1 });
      const isSame = chat.updated_at === now.chat?.updated_at && chat.head === now.chat?.head;
      const then = situation().now;
      if (!isSame && then.steps === now.steps && !writtenNow(then)) await refresh();
    } catch {
      // The next look is soon.
    }
  }

  return {
    follow,
    followRun,
    followAll,
    rest,
    isResting: () => isResting,
    /** Hear again what is followed from now on. */
    wake: () => {
      isResting = false;
    },
    catchUp,
    look,
  };
}
