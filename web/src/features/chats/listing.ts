/** A list of chats as it is shown: page after page, and only what the filter lets through. */

import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { type ChatListed, chatsQuery } from "@/api/chats";
import { hasWords } from "@/lib/sought";

/** Return the chats whose title has `q` in it. */
export function useListing(q: string, deleted: boolean) {
  const list = useInfiniteQuery({
    ...chatsQuery({ q, deleted }),
    placeholderData: keepPreviousData,
  });
  const every: ChatListed[] | undefined = list.data?.pages.flatMap((page) => page.chats ?? []);
  return { list, chats: every?.filter((chat) => hasWords(chat.title ?? "", q)) };
}

export type Listing = ReturnType<typeof useListing>;
