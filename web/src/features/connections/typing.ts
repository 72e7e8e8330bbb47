/** What was typed into the form of a connection, and typing. */

import { type Draft, EMPTY, type Fields, type TypedProxy, edited } from "@/features/connections/draft";
import { keepDraft, useDraft } from "@/features/connections/drafts";
import type { Place } from "@/features/connections/failure";
import { type Formed, placeOf, savedOf, versionOf } from "@/features/connections/keeping";

export type Typing = ReturnType<typeof useTyping>;

/** Hold what was typed of what is being formed. `onTyped` is told each place that was typed into. */
export function useTyping(formed: Formed, onTyped: (places: readonly Place[]) => void) {
  const place = placeOf(formed);
  const draft = useDraft(place);
  const saved = savedOf(formed);
  return {
    draft,
    /** As the form shows them: what is saved, with what was typed since. */
    fields: { ...saved, ...draft.changes } as Fields,
    type: (typed: Partial<Fields>) => {
      onTyped(Object.keys(typed) as Place[]);
      keepDraft(place, (now) => edited(now, saved, typed, versionOf(formed)));
    },
    typeKey: (typed: Partial<Pick<Draft, "key" | "label">>) => {
      onTyped(["key"]);
      keepDraft(place, (now) => ({ ...now, ...typed }));
    },
    typeProxy: (typed: Partial<TypedProxy>) => {
      onTyped(["url", "password", "proxy_name"]);
      keepDraft(place, (now) => ({ ...now, proxy: { ...now.proxy, ...typed } }));
    },
    /** Type upon what others made of the connection meanwhile. */
    rebase: (version: number | null) => keepDraft(place, (now) => ({ ...now, version })),
    clear: () => keepDraft(place, (now) => ({ ...EMPTY, source: now.source })),
  };
}
