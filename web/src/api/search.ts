/** Messages found by their words, over all chats and branches. */

import { infiniteQueryOptions } from "@tanstack/react-query";
import { type Schemas, answered, api } from "@/api/client";

/** Words around what was found; a mark is where it begins and ends. */
export type Snippet = { text: string; marks?: number[][] };
export type Hit = Omit<Schemas["Hit"], "snippet"> & { snippet: Snippet };

/** What is looked for; `since` and `until` are seconds since the epoch. */
export type Wanted = {
  q: string;
  role: "user" | "assistant" | "system" | null;
  chat: string | null;
  since: number | null;
  until: number | null;
};

export const searchQuery = (wanted: Wanted) =>
  infiniteQueryOptions({
    queryKey: ["search", wanted],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET("/api/search", {
          params: { query: { ...wanted, limit: 30, after: pageParam } },
          signal,
        }),
      ),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next,
    enabled: wanted.q.trim() !== "",
  });
