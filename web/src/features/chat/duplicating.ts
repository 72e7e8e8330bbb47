/** Copying a whole chat, and going to the copy. */

import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type Chat, duplicateChat } from "@/api/chats";
import { showTrouble } from "@/ui/toasts";

/** Return what makes another chat like this one and shows it. */
export function useDuplicate(): (chat: Chat) => void {
  const go = useNavigate();
  const cache = useQueryClient();
  const duplicate = async ({ id }: Chat) => {
    const copy = await duplicateChat(id);
    void cache.invalidateQueries({ queryKey: ["chats"] });
    await go({ to: "/chats/$chatId", params: { chatId: copy.id } });
  };
  return (chat) => void duplicate(chat).catch(showTrouble);
}
