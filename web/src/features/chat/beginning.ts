/** How what is said comes to the server: into the open chat, or into one that begins with it. */

import { useCallback } from "react";
import { type Chat, beginChat } from "@/api/chats";
import { usePreferences } from "@/api/preferences";
import { isMissing } from "@/api/problems";
import type { Living } from "@/features/chat/living";
import { lives, livingOf } from "@/features/chat/livings";
import type { Deliver } from "@/features/chat/typing";

type Beginning = {
  living: Living | null;
  /** Is told as soon as there is a chat. */
  onChat: (chatId: string) => void;
};

/** Return what delivers speech; the chat is begun with the first. */
export function useBeginning({ living, onChat }: Beginning): Deliver {
  const { connection, model, settings, system } = usePreferences();
  return useCallback(
    async (speech, begins) => {
      if (living) {
        await living.say(speech);
        return living.chatId;
      }
      const begin = async (): Promise<Chat> => {
        const chat = await beginChat({ connection, model, settings, system });
        begins.onChat(chat.id);
        const fresh = livingOf(chat.id);
        fresh.beginEmpty(chat);
        return chat;
      };
      const id = begins.chat || (await begin()).id;
      if (!lives(id)) await livingOf(id).open(null);
      onChat(id);
      try {
        await livingOf(id).say(speech);
        return id;
      } catch (error) {
        // The chat that was begun for these words is gone: another is begun when they are sent again.
        if (isMissing(error)) begins.onChat("");
        throw error;
      }
    },
    [living, onChat, connection, model, settings, system],
  );
}
