/** What one does to a chat in a list: shown at once, kept by the server, taken back by a toast. */

import { type InfiniteData, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import {
  type Chat,
  type ChatChanges,
  chatQuery,
  changeChat,
  deleteChat,
  removeChat,
  restoreChat,
} from "@/api/chats";
import { showTrouble, showUndo } from "@/ui/toasts";

type Pages = InfiniteData<{ chats?: Chat[]; next?: string | null }>;

/** Return the pages of a list with one chat changed, or without it. */
function withChat(pages: Pages | undefined, id: string, change: (chat: Chat) => Chat | null) {
  return (
    pages && {
      ...pages,
      pages: pages.pages.map((page) => ({
        ...page,
        chats: page.chats?.flatMap((chat) => (chat.id === id ? (change(chat) ?? []) : [chat])),
      })),
    }
  );
}

export type Acting = {
  rename: (chat: Chat, title: string) => void;
  pin: (chat: Chat, pinned: boolean) => void;
  remove: (chat: Chat) => void;
  restore: (chat: Chat) => void;
  removeForGood: (chat: Chat) => void;
};

/** Return what can be done to chats. `onGone` is told of one that was deleted here. */
export function useActing(onGone?: (chat: Chat) => void): Acting {
  const { t } = useTranslation();
  const cache = useQueryClient();

  const show = (id: string, change: (chat: Chat) => Chat | null) =>
    cache.setQueriesData<Pages>({ queryKey: ["chats"] }, (pages) => withChat(pages, id, change));
  const settle = (id: string) => {
    void cache.invalidateQueries({ queryKey: ["chats"] });
    void cache.invalidateQueries({ queryKey: chatQuery(id).queryKey });
  };
  const { mutate } = useMutation({
    mutationFn: ({ act }: { id: string; act: () => Promise<unknown> }) => act(),
    onError: showTrouble,
    onSettled: (_, __, { id }) => settle(id),
  });

  const change = (chat: Chat, changes: ChatChanges) => {
    show(chat.id, (known) => ({ ...known, ...changes }) as Chat);
    mutate({ id: chat.id, act: () => changeChat(chat.id, changes) });
  };
  const restore = (chat: Chat) => {
    show(chat.id, (known) => (known.deleted_at ? null : known));
    mutate({ id: chat.id, act: () => restoreChat(chat.id) });
  };
  return {
    rename: (chat, title) => {
      if (title.trim() !== (chat.title ?? "")) change(chat, { title: title.trim() });
    },
    pin: (chat, pinned) => change(chat, { pinned }),
    remove: (chat) => {
      show(chat.id, () => null);
      mutate({ id: chat.id, act: () => deleteChat(chat.id) });
      const title = chat.title || t("A chat without a title");
      showUndo(t("“{{title}}” was deleted.", { title }), () => restore(chat));
      onGone?.(chat);
    },
    restore,
    removeForGood: (chat) => {
      show(chat.id, () => null);
      mutate({ id: chat.id, act: () => removeChat(chat.id) });
    },
  };
}
