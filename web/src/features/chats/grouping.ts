/** Chats by when they changed last, as a person thinks of it. */

import type { ChatListed } from "@/api/chats";

const NAMES = {
  pinned: "Pinned",
  today: "Today",
  yesterday: "Yesterday",
  week: "This week",
  older: "Older",
} as const;

export type Group = { name: keyof typeof NAMES; title: string; chats: ChatListed[] };

const DAY = 24 * 60 * 60 * 1000;

function nameOf(chat: ChatListed, now: Date): Group["name"] {
  if (chat.pinned) return "pinned";
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  const then = new Date((chat.updated_at ?? 0) * 1000);
  // By the calendar: with summer time a day has not always 24 hours.
  const day = new Date(then.getFullYear(), then.getMonth(), then.getDate());
  const days = Math.round((midnight.getTime() - day.getTime()) / DAY);
  if (days <= 0) return "today";
  if (days === 1) return "yesterday";
  return days < 7 ? "week" : "older";
}

/** Return chats in groups, in the order they came; groups without any are left out. */
export function grouped(chats: readonly ChatListed[], now = new Date()): Group[] {
  const names = Object.keys(NAMES) as Group["name"][];
  return names
    .map((name) => ({
      name,
      title: NAMES[name],
      chats: chats.filter((chat) => nameOf(chat, now) === name),
    }))
    .filter((group) => group.chats.length > 0);
}
