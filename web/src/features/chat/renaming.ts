/** Giving a chat another name, upon the version of it that is shown. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type Chat, changeChat, chatQuery } from "@/api/chats";
import { showTrouble } from "@/ui/toasts";

/** Return what renames a chat. Where somebody was faster it says so, and theirs is shown. */
export function useRename(change = changeChat) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ chat, title }: { chat: Chat; title: string }) => change(chat.id, { title, version: chat.version }),
    onSuccess: (changed) => {
      cache.setQueryData(chatQuery(changed.id).queryKey, changed);
      void cache.invalidateQueries({ queryKey: ["chats"] });
    },
    onError: (error, { chat }) => {
      showTrouble(error);
      void cache.invalidateQueries({ queryKey: chatQuery(chat.id).queryKey });
    },
  }).mutate;
}
