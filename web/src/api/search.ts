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

/** Return what is typed as it is looked for: its last word may be the beginning of a longer one. */
export function asTyped(q: string): string {
  const words = q.trim();
  const isInPhrase = words.split('"').length % 2 === 0;
  return !isInPhrase && /[\p{L}\p{N}]$/u.test(words) ? `${words}*` : words;
}

export const searchQuery = (wanted: Wanted) =>
  infiniteQueryOptions({
    queryKey: ["search", wanted],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET("/api/search", {
          params: { query: { ...wanted, q: asTyped(wanted.q), limit: 30, after: pageParam } },
          signal,
        }),
      ),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next,
    enabled: wanted.q.trim() !== "",
  });
