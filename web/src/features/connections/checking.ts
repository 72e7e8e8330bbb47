/** Checks of connections, as they are asked for, cancelled and gone on with. */

import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import {
  type Check,
  type Connection,
  type Standing,
  checkQuery,
  connectionsQuery,
  modelsQuery,
  standingOf,
} from "@/api/connections";
import { keysQuery } from "@/api/keys";
import { proxiesQuery } from "@/api/proxies";
import { NEW } from "@/features/connections/drafts";

/** Check a connection, and read anew what a check may change. What it finds is shown elsewhere. */
export async function runCheck(cache: QueryClient, id: string): Promise<void> {
  await cache.fetchQuery(checkQuery(id)).catch(() => null);
  await Promise.all([
    cache.invalidateQueries({ queryKey: connectionsQuery.queryKey, exact: true }),
    cache.invalidateQueries({ queryKey: modelsQuery(id).queryKey }),
    cache.invalidateQueries({ queryKey: keysQuery.queryKey }),
    // A better address of a proxy was kept in its preset.
    cache.invalidateQueries({ queryKey: proxiesQuery.queryKey }),
  ]);
}

/** Forget what a check said of a connection: it was of another key. The server forgot it as well. */
export async function forgetCheck(cache: QueryClient, id: string): Promise<void> {
  await Promise.all([
    cache.resetQueries({ queryKey: checkQuery(id).queryKey, exact: true }),
    cache.invalidateQueries({ queryKey: connectionsQuery.queryKey, exact: true }),
  ]);
}

/** Return the last check of this sitting and what one does with it. */
export function useCheck(id: string) {
  const cache = useQueryClient();
  const { data, error, isFetching, dataUpdatedAt } = useQuery({ ...checkQuery(id), enabled: false });
  return {
    check: data ?? null,
    checkedAt: dataUpdatedAt / 1000,
    error,
    checking: isFetching,
    run: () => void runCheck(cache, id),
    cancel: () => void cache.cancelQueries({ queryKey: checkQuery(id).queryKey }),
  };
}

/** Return the last check of a connection, and how it stands by that or by what came later. */
export function useFound(connection: Connection | null) {
  const checked = useCheck(connection?.id ?? NEW);
  const { check, checkedAt } = checked;
  const kept = connection && standingOf(connection);
  const later = kept && kept.at > checkedAt + 1;
  const found: Check | Standing | null = (later ? null : check) ?? kept;
  return { ...checked, found, at: found ? (found === kept ? kept.at : checkedAt) : undefined };
}

/** Return the seconds until `due` (ms since the epoch), and call `then` once it is reached. */
export function useCountdown(due: number | null, then: () => void): number | null {
  const [left, setLeft] = useState<number | null>(null);
  useEffect(() => {
    if (due === null) return undefined;
    const tick = () => {
      const seconds = Math.ceil((due - Date.now()) / 1000);
      setLeft(Math.max(0, seconds));
      if (seconds > 0) return;
      clearInterval(timer);
      then();
    };
    const timer = setInterval(tick, 500);
    return () => {
      clearInterval(timer);
      setLeft(null);
    };
    // What follows is the same for the same moment.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [due]);
  return left;
}
