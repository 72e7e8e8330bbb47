/** Messages, runs and a server made up for the tests of the conversation. */

import { vi } from "vitest";
import type { Chat } from "@/api/chats";
import type { Message, Stretch } from "@/api/messages";
import type { Followed, Run, RunEvent } from "@/api/runs";
import type { Door } from "@/features/chat/door";

export const aChat = (given: Partial<Chat> = {}): Chat =>
  ({ id: "chat", owner: "me", title: "", head: null, version: 1, ...given }) as Chat;

export const aMessage = (id: string, given: Partial<Message> = {}): Message =>
  ({
    id,
    chat_id: "chat",
    parent_id: null,
    role: "user",
    text: id,
    parts: [],
    swipe: 0,
    swipes: 1,
    version: 1,
    editions: 0,
    hidden: false,
    number: 0,
    created_at: 0,
    updated_at: 0,
    ...given,
  }) as Message;

export const aRun = (id: string, given: Partial<Run> = {}): Run =>
  ({ id, chat_id: "chat", kind: "say", parent_id: null, started_at: 1, ...given }) as Run;

export const anEvent = (event: { type: RunEvent["type"]; seq: number; [field: string]: unknown }): RunEvent =>
  event as unknown as RunEvent;

/** A stretch of messages that follow one another. */
export function aStretch(messages: Message[], given: Partial<Stretch> = {}): Stretch {
  const leaf = messages.at(-1)?.id ?? null;
  return {
    chat: aChat({ head: leaf }),
    messages,
    leaf,
    more_before: false,
    more_after: false,
    ...given,
  };
}

/** A server that answers what it is told to, and whose runs are heard as the test says. */
export function aDoor(given: Partial<Door> = {}) {
  const followed = new Map<string, Followed & { after: number }>();
  const door: Door = {
    begin: vi.fn(async () => aChat()),
    read: vi.fn(async () => aStretch([])),
    message: vi.fn(async (id: string) => aMessage(id)),
    say: vi.fn(),
    runs: vi.fn(async () => ({ runs: [], unanswered: null })),
    run: vi.fn(async (id: string) => aRun(id)),
    follow: (id, after, each) => {
      followed.set(id, { ...each, after });
      return () => followed.delete(id);
    },
    stop: vi.fn(),
    swipe: vi.fn(),
    regenerate: vi.fn(),
    continueAnswer: vi.fn(),
    impersonate: vi.fn(),
    undo: vi.fn(),
    redo: vi.fn(),
    wait: vi.fn(async () => {}),
    ...given,
  };
  return { door, followed };
}
