/** Makes a connection of a server that was found, or of one that is taken for another kind. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import {
  type Connection,
  addConnection,
  changeConnection,
  connectionsQuery,
} from "@/api/connections";
import { type Server, loadedOf, wantsKey } from "@/api/servers";
import type { Source } from "@/api/sources";
import { runCheck } from "@/features/connections/checking";
import { movedTo, withoutChanges } from "@/features/connections/draft";
import { NEW, keepDraft } from "@/features/connections/drafts";
import { useFirstConnection } from "@/features/connections/first";
import { showConnection, versionOf } from "@/features/connections/keeping";
import { openSource } from "@/features/connections/sourceGroups";

/** Return the source a server is connected as: its own, or the one that leads anywhere. */
export const sourceFor = (server: Server, sources: readonly Source[]): Source | null =>
  sources.find(({ id }) => id === server.source) ?? openSource(sources);

/** Return the connection that leads to `server` already, if there is one. */
export function leadingTo(
  server: Server,
  connections: readonly Connection[],
  sources: readonly Source[],
): Connection | null {
  const source = sourceFor(server, sources);
  const endpoint = (each: Connection) =>
    each.settings?.proxy ? null : (each.settings?.endpoint ?? source?.endpoint ?? null);
  const isThere = (address: string | null) =>
    address !== null && placeOf(address) === placeOf(server.address);
  return connections.find((each) => each.source === source?.id && isThere(endpoint(each))) ?? null;
}

/** Return what addresses of one server have in common: `/v1` may be left out, and this machine named. */
const placeOf = (address: string): string =>
  address
    .toLowerCase()
    .replace(/^http:\/\/(localhost|\[::1\])(?=[:/]|$)/, "http://127.0.0.1")
    .replace(/(\/v1)?\/*$/, "");

/**
 * Return what makes a connection of a server that was found: saved and checked at once, or, where
 * it wants a key, as far as the form for it.
 */
export function useServer(sources: readonly Source[], onShow: (id: string) => void) {
  const cache = useQueryClient();
  const adopt = useFirstConnection();
  return useMutation({
    mutationFn: async (server: Server) => {
      const source = sourceFor(server, sources);
      if (!source) return;
      const endpoint = server.address === source.endpoint ? null : server.address;
      if (wantsKey(server)) {
        keepDraft(NEW, (now) => {
          const moved = withoutChanges(movedTo(source.id, now), ["endpoint"]);
          return { ...moved, changes: { ...moved.changes, ...(endpoint && { endpoint }) } };
        });
        onShow(NEW);
        return;
      }
      const [model = null] = loadedOf(server);
      const kept = await addConnection({ source: source.id, endpoint, model });
      showConnection(cache, kept);
      onShow(kept.id);
      await runCheck(cache, kept.id);
      adopt(kept);
    },
  });
}

/** Return what takes a saved connection for another kind of server: address, key and model stay. */
export function useSwitch(connection: Connection) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async (source: string) => {
      const { connection: kept } = await changeConnection(connection.id, { source });
      // What was typed stays, but for options that were another kind's.
      keepDraft(connection.id, (now) => ({
        ...withoutChanges(now, ["options"]),
        version: now.version === versionOf({ connection }) ? versionOf({ connection: kept }) : now.version,
      }));
      showConnection(cache, kept);
      await runCheck(cache, connection.id);
    },
    onSettled: () => cache.invalidateQueries({ queryKey: connectionsQuery.queryKey, exact: true }),
  });
}
