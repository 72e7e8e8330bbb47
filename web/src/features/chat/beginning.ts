/** How what is said comes to the server: into the open chat, or into one that begins with it. */

import { useCallback } from "react";
import { usePreferences } from "@/api/preferences";
import { isMissing } from "@/api/problems";
import { SERVER } from "@/features/chat/door";
import type { Living } from "@/features/chat/living";
import { lives, livingOf } from "@/features/chat/livings";
import type { Deliver } from "@/features/chat/typing";

type Beginning = {
  living: Living | null;
  /** Is told as soon as there is a chat, and when that is gone. */
  onChat: (chatId: string | null) => void;
};

/** Return what delivers speech; the chat is begun with the first. */
export function useBeginning({ living, onChat }: Beginning): Deliver {
  const { connection, model, settings, system } = usePreferences();
  return useCallback(
    async (speech, begins) => {
      const begin = async (): Promise<Living> => {
        const chat = await SERVER.begin({ connection, model, settings, system });
        begins.onChat(chat.id);
        const fresh = livingOf(chat.id);
        fresh.beginEmpty(chat);
        return fresh;
      };
      const open = async (id: string): Promise<Living> => {
        if (!lives(id)) await livingOf(id).open(null);
        return livingOf(id);
      };
      const into = living ?? (await (begins.chat ? open(begins.chat) : begin()));
      onChat(into.chatId);
      try {
        await into.say(speech);
        return into.chatId;
      } catch (error) {
        if (isMissing(error)) {
          // The chat that was begun for these words is gone: another is begun when they are sent again.
          begins.onChat("");
          onChat(null);
        }
        throw error;
      }
    },
    [living, onChat, connection, model, settings, system],
  );
}
