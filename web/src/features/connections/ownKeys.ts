/** The keys of one connection. */

import { useQuery } from "@tanstack/react-query";
import { type Key, keysQuery, ownerOfConnection } from "@/api/keys";

export type OwnKeys = {
  /** `null`: not known yet. */
  known: readonly Key[] | null;
  /** Why they are not known. */
  error: Error | null;
};

/** Return the keys of a connection; of one that is not saved yet (`null`) there are none. */
export function useOwnKeys(connection: string | null): OwnKeys {
  const { data, error } = useQuery({ ...keysQuery, enabled: connection !== null });
  if (connection === null) return { known: [], error: null };
  const owner = ownerOfConnection(connection);
  const known = data?.map(({ key }) => key).filter((key) => key.owner === owner) ?? null;
  return { known, error: known ? null : error };
}
