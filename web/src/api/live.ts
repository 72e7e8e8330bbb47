/** The line to the server: what happens in other windows, and whether it is there at all. */

import { useEffect, useSyncExternalStore } from "react";
import { tellSignedOut } from "@/api/problems";
import type { ModelJob } from "@/api/served";
import type { Ability } from "@/lib/pageModels/model";

export type Live =
  /** `missed`: whether the line was away before, and something may have happened unheard. */
  | { type: "hello"; version: string; build: string; missed: boolean }
  | { type: "chat-changed"; chat_id: string; version: number; head: string | null; deleted: boolean }
  | { type: "run-started"; run_id: string; chat_id: string; kind: string; message_id?: string }
  | { type: "run-ended"; run_id: string; chat_id: string; state: string }
  | { type: "house-changed"; noun: string }
  | { type: "model-job"; job: ModelJob }
  /** `page`: the one page that may take it; `null`: any that can. */
  | { type: "errand-offered"; errand_id: string; ability: Ability; page: string | null }
  | { type: "errand-ended"; errand_id: string };

export type Line = "opening" | "open" | "lost";

const TYPES: readonly Live["type"][] = [
  "hello",
  "chat-changed",
  "run-started",
  "run-ended",
  "house-changed",
  "model-job",
  "errand-offered",
  "errand-ended",
];
const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;
// A browser keeps six connections to a server, for all of its tabs: one that nobody looks at lets
// its line go after this long, and takes it up again when it is seen.
const UNSEEN = 30_000;
const PATIENCE = 4000;

let line: Line = "opening";
let stream: EventSource | null = null;
let waiting: ReturnType<typeof setTimeout> | undefined;
let wait = FIRST_WAIT;
let missed = false;
/** Whether the line ended and is not back yet. */
let ended = false;
const watchers = new Set<() => void>();
const listeners = new Set<(event: Live) => void>();

function become(next: Line) {
  if (next === line) return;
  line = next;
  for (const watcher of watchers) watcher();
}

/** Open the line; it is taken up again by itself, a little later each time. */
export function openLine(): void {
  if (stream || waiting) return;
  stream = new EventSource("/api/live");
  for (const type of TYPES) {
    stream.addEventListener(type, (message) => {
      const said = JSON.parse((message as MessageEvent<string>).data) as object;
      const event = { ...said, type, ...(type === "hello" && { missed }) } as Live;
      if (type === "hello") {
        wait = FIRST_WAIT;
        ended = missed = false;
        become("open");
      }
      for (const listener of listeners) listener(event);
    });
  }
  stream.onerror = () => {
    stream?.close();
    stream = null;
    ended = missed = true;
    void whyEnded();
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      waiting = undefined;
      openLine();
    }, wait);
    wait = Math.min(wait * 1.6, LONGEST_WAIT);
  };
}

/** A browser does not say why a line ended: it may be silence, or the session that is over. */
async function whyEnded(): Promise<void> {
  const status = await fetch("/api/session", {
    credentials: "same-origin",
    signal: AbortSignal.timeout(PATIENCE),
  }).then(
    (answer) => answer.status,
    () => 0,
  );
  if (!ended) return;
  if (status === 401) tellSignedOut();
  else become("lost");
}

/** Let the line rest while nobody looks at the page, and when it is left: a browser may keep a page
 * that was left as it is, its connections with it. Return how to stop looking after it.
 */
export function restUnseen(): () => void {
  let resting: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    clearTimeout(resting);
    if (document.hidden) resting = setTimeout(closeLine, UNSEEN);
    else openLine();
  };
  const comeBack = ({ persisted }: PageTransitionEvent) => {
    if (persisted) openLine();
  };
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pagehide", closeLine);
  window.addEventListener("pageshow", comeBack);
  return () => {
    clearTimeout(resting);
    window.removeEventListener("pagehide", closeLine);
    window.removeEventListener("pageshow", comeBack);
    document.removeEventListener("visibilitychange", look);
  };
}

/** Close the line, as when one signs out. */
export function closeLine(): void {
  clearTimeout(waiting);
  waiting = undefined;
  ended = false;
  if (stream) missed = true;
  stream?.close();
  stream = null;
  line = "opening";
}

/** Return how the line stands. */
export function useLine(): Line {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => line,
  );
}

/** Have `listener` told of what happens, for as long as the component is there. */
export function useLive(listener: (event: Live) => void): void {
  useEffect(() => {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, [listener]);
}
