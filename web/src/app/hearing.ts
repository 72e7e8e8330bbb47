/** What happens in other windows, heard and shown in this one. */

import type { QueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { connectionsQuery } from "@/api/connections";
import { type Live, useLive } from "@/api/live";
import { isLiking } from "@/api/preferences";
import { hearJob } from "@/api/served";

const NOUNS: Record<string, readonly string[]> = {
  key: ["keys"],
  proxy: ["proxies"],
  preferences: ["preferences"],
};

/** Have what others changed read anew. After a lost line everything may have changed. */
export function useHearing(cache: QueryClient): void {
  useLive(
    useCallback(
      (event: Live) => {
        switch (event.type) {
          case "hello":
            if (event.missed) void cache.invalidateQueries();
            break;
          case "chat-changed":
            void cache.invalidateQueries({ queryKey: ["chats"] });
            void cache.invalidateQueries({ queryKey: ["chat", event.chat_id] });
            break;
          case "house-changed":
            // What the person turns here is answered here; till then it stands as they turned it.
            if (event.noun === "preferences" && isLiking(cache)) break;
            if (event.noun === "connection") void hearConnections(cache);
            else void cache.invalidateQueries({ queryKey: NOUNS[event.noun] ?? [event.noun] });
            break;
          case "model-job":
            hearJob(cache, event.job);
            break;
          case "run-started":
          case "run-ended":
            // The open chat follows its runs by itself.
            break;
          case "errand-offered":
          case "errand-ended":
            // What this page is asked to do is heard of where it is done.
            break;
        }
      },
      [cache],
    ),
  );
}

/** Have connections read anew, and what is known of each that is still there. */
async function hearConnections(cache: QueryClient): Promise<void> {
  const { queryKey } = connectionsQuery;
  await cache.invalidateQueries({ queryKey, exact: true });
  const there = cache.getQueryData(queryKey) ?? [];
  await Promise.all(
    there.map(({ id }) => cache.invalidateQueries({ queryKey: [...queryKey, id] })),
  );
}
