/** The conversations that live in this window: the open one, and a few that were open before. */

import { SERVER } from "@/features/chat/door";
import { type Living, live } from "@/features/chat/living";

const KEPT = 6;
const livings = new Map<string, Living>();

/** Return the living conversation of a chat, begun if it is not there. */
export function livingOf(chatId: string): Living {
  const living = livings.get(chatId) ?? live(chatId, SERVER);
  livings.set(chatId, living);
  return living;
}

/** Take note that a chat is looked at; those that were looked at long ago are let go. */
export function keepLiving(living: Living): void {
  livings.delete(living.chatId);
  livings.set(living.chatId, living);
  for (const [id, each] of livings) {
    if (livings.size <= KEPT) break;
    if (!each.isWatched()) livings.delete(id);
  }
}

/** Whether a conversation lives already. */
export const lives = (chatId: string): boolean => livings.has(chatId);
