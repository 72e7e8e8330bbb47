/** Runs: answers being written by the server, followed from any number of windows. */

import { type Schemas, answered, api } from "@/api/client";
import { isMissing } from "@/api/problems";

export type Run = Schemas["Run"];
export type RunEvent =
  | Schemas["RunStarted"]
  | Schemas["MessageAdded"]
  | Schemas["RunText"]
  | Schemas["RunReasoning"]
  | Schemas["RunRefusal"]
  | Schemas["RunToolCall"]
  | Schemas["RunPart"]
  | Schemas["RunNotice"]
  | Schemas["RunUsage"]
  | Schemas["RunFinished"]
  | Schemas["RunStopped"]
  | Schemas["RunFailed"]
  | Schemas["RunInterrupted"];

const TYPES: readonly RunEvent["type"][] = [
  "started",
  "message-added",
  "text-delta",
  "reasoning-delta",
  "refusal-delta",
  "tool-call",
  "part-added",
  "notice",
  "usage",
  "finished",
  "stopped",
  "failed",
  "interrupted",
];
const CLOSING: ReadonlySet<string> = new Set(["finished", "stopped", "failed", "interrupted"]);

/** Whether `event` is the last one of its run. */
export const closes = (event: RunEvent): boolean => CLOSING.has(event.type);

export type Followed = {
  /** Is given every event after the number asked for, once and in order. */
  onEvent: (event: RunEvent) => void;
  /** Is told when the line to the server is lost (it is taken up again) and when it is back. */
  onLine?: (open: boolean) => void;
  /** Is told when there is no such run (any more): nothing will come. */
  onGone?: () => void;
};

const FIRST_WAIT = 300;
const LONGEST_WAIT = 8000;

/** Follow a run after event `after`, to its end; return how to stop following. */
export function followRun(id: string, after: number, followed: Followed): () => void {
  const { onEvent, onLine, onGone } = followed;
  let seen = after;
  let wait = FIRST_WAIT;
  let over = false;
  let stream: EventSource | null = null;
  let waiting: ReturnType<typeof setTimeout> | undefined;

  // A page that is left may be kept as it is, to come back to: it must not keep a connection.
  const leave = () => {
    stream?.close();
    clearTimeout(waiting);
  };
  const comeBack = ({ persisted }: PageTransitionEvent) => {
    if (persisted) open();
  };
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", comeBack);

  const end = () => {
    over = true;
    leave();
    window.removeEventListener("pagehide", leave);
    window.removeEventListener("pageshow", comeBack);
  };

  const hear = (message: MessageEvent<string>) => {
    const event = JSON.parse(message.data) as RunEvent;
    if (over || event.seq <= seen) return;
    seen = event.seq;
    wait = FIRST_WAIT;
    if (closes(event)) end();
    onEvent(event);
  };

  // A browser tells nothing of a refusal, and gives such a stream up: so both are asked anew here.
  const again = async () => {
    stream?.close();
    onLine?.(false);
    const isGone = await showRun(id).then(() => false, isMissing);
    if (over) return;
    if (isGone) {
      end();
      onGone?.();
      return;
    }
    waiting = setTimeout(open, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  };

  function open() {
    const opened = new EventSource(`/api/runs/${encodeURIComponent(id)}/events?after=${seen}`);
    stream = opened;
    for (const type of TYPES) opened.addEventListener(type, hear as EventListener);
    opened.onopen = () => onLine?.(true);
    opened.onerror = () => {
      if (opened === stream && !over) void again();
    };
  }

  open();
  return end;
}

const at = (id: string) => ({ params: { path: { run_id: id } } });

export const showRun = (id: string) => answered(api.GET("/api/runs/{run_id}", at(id)));

/** Stop a run; its text is kept. */
export const stopRun = (id: string) => answered(api.POST("/api/runs/{run_id}/stop", at(id)));

/** What is being written in a chat just now. */
export const runsOf = (chatId: string) =>
  answered(api.GET("/api/chats/{chat_id}/runs", { params: { path: { chat_id: chatId } } }));
