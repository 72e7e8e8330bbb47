/** The settings a chat's model takes. */

import { useQuery } from "@tanstack/react-query";
import type { Asked } from "@/api/asked";
import { type SettingOffered, offeredQuery } from "@/api/connections";

/** Return the settings the model takes; those of its source where the server does not say. */
export function useOffered({ connection, model, source }: Asked): {
  offered: SettingOffered[] | null;
  error: Error | null;
} {
  const { data, error } = useQuery({
    ...offeredQuery(connection?.id ?? "", model),
    enabled: connection !== null,
  });
  if (data) return { offered: data, error: null };
  if (data === null || error) {
    const taken = source?.settings.map((each) => ({ ...each, wire: null, refused: null })) ?? null;
    return { offered: taken, error: taken ? null : error };
  }
  return { offered: null, error: null };
}
