/** What a person likes: kept on the server, so that it is the same in every browser. */

import { type QueryClient, queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type Schemas, answered, api } from "@/api/client";

/** `favourites` are written `source/model id`; an empty `language` is the browser's. */
export type Preferences = Omit<
  Schemas["Preferences"],
  "connection" | "favourites" | "model" | "settings" | "shortcuts"
> & {
  /** Whom a new chat asks. */
  connection: string | null;
  model: string | null;
  /** What a new chat begins with. */
  settings: Schemas["Settings"];
  favourites: string[];
  /** Keys that differ from the usual ones, by action. */
  shortcuts: Record<string, string>;
};

export const USUAL: Preferences = {
  theme: "auto",
  font_size: 16,
  language: "",
  reduce_motion: false,
  send_on_enter: true,
  favourites: [],
  connection: null,
  model: null,
  settings: {},
  system: "",
  shortcuts: {},
  check_on_open: false,
  version: 0,
};

export type PreferenceChanges = Partial<Omit<Preferences, "version">>;

/** Return all of what the server tells, which leaves out what is as usual. */
const whole = (told: Schemas["Preferences"]) => ({ ...USUAL, ...told }) as Preferences;

export const preferencesQuery = queryOptions({
  queryKey: ["preferences"],
  queryFn: async () => whole(await answered(api.GET("/api/preferences"))),
  staleTime: Number.POSITIVE_INFINITY,
});

/** Return what the person likes; the usual until it is known. */
export function usePreferences(): Preferences {
  return useQuery(preferencesQuery).data ?? USUAL;
}

const CHANGING = ["preferences", "change"];

const changePreferences = async (changes: PreferenceChanges) =>
  whole(await answered(api.PATCH("/api/preferences", { body: changes })));

/** Whether something the person likes is on its way to the server. */
export const isLiking = (cache: QueryClient): boolean =>
  cache.isMutating({ mutationKey: CHANGING }) > 0;

/** Return a function that changes what the person likes, at once here and then on the server. */
export function useChangePreferences(change = changePreferences): (changes: PreferenceChanges) => void {
  const cache = useQueryClient();
  const { queryKey } = preferencesQuery;
  // An answer to an earlier change does not know the later ones.
  const isLast = () => cache.isMutating({ mutationKey: CHANGING }) === 1;
  const { mutate } = useMutation({
    mutationKey: CHANGING,
    mutationFn: change,
    onMutate: async (changes) => {
      if (cache.isFetching({ queryKey })) await cache.cancelQueries({ queryKey });
      cache.setQueryData(queryKey, (known) => ({ ...(known ?? USUAL), ...changes }));
    },
    onSuccess: (kept) => isLast() && cache.setQueryData(queryKey, kept),
    onError: () => isLast() && cache.invalidateQueries({ queryKey }),
    scope: { id: "preferences" },
    meta: { tells: true },
  });
  return mutate;
}
