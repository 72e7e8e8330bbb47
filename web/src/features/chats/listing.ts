/** A list of chats as it is shown: page after page, and only what the filter lets through. */

import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { type ChatListed, chatsQuery } from "@/api/chats";

/** Whether a title has every word of `q` in it, whatever its case. */
export function isTitled(title: string, q: string): boolean {
  const low = title.toLocaleLowerCase();
  return q
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => low.includes(word));
}

/** Return the chats whose title has `q` in it. */
export function useListing(q: string, deleted: boolean) {
  const list = useInfiniteQuery({
    ...chatsQuery({ q, deleted }),
    placeholderData: keepPreviousData,
  });
  const every: ChatListed[] | undefined = list.data?.pages.flatMap((page) => page.chats ?? []);
  return { list, chats: every?.filter((chat) => isTitled(chat.title ?? "", q)) };
}
