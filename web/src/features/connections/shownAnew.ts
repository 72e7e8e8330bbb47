/** What the page says of a connection elsewhere, true again after something was done on its server. */

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { connectionsQuery, standingOf } from "@/api/connections";
import { keysQuery } from "@/api/keys";
import type { ModelJob } from "@/api/served";
import { runCheck } from "@/features/connections/checking";

/** Read the keys anew once the server answered, and check again once it is done with a model.
 *
 * Who never had the connection checked does not get that from a model that is loaded.
 */
export function useShownAnew(connection: string, answeredAt: number, jobs: readonly ModelJob[] | undefined): void {
  const cache = useQueryClient();
  const done = jobs?.filter(({ state }) => state === "done").length;
  const seen = useRef<number>(undefined);
  useEffect(() => {
    if (answeredAt) void cache.invalidateQueries({ queryKey: keysQuery.queryKey });
  }, [cache, answeredAt]);
  useEffect(() => {
    const isMore = done !== undefined && seen.current !== undefined && done > seen.current;
    seen.current = done;
    if (!isMore) return;
    const known = cache.getQueryData(connectionsQuery.queryKey)?.find(({ id }) => id === connection);
    if (known && standingOf(known)) void runCheck(cache, connection);
  }, [cache, connection, done]);
}
