/** What came of saving: what was refused, and keys that are not sent any more. */

import { useState } from "react";
import type { Key } from "@/api/keys";
import { type Failure, NO_FAILURE, type Place, failureOf, without } from "@/features/connections/failure";
import { NotKept } from "@/features/connections/keeping";

export type Outcome = ReturnType<typeof useOutcome>;

/** Hold what came of saving the last time. */
export function useOutcome() {
  const [failure, setFailure] = useState<Failure>(NO_FAILURE);
  const [detached, setDetached] = useState<readonly Key[]>([]);
  return {
    failure,
    detached,
    /** Begin anew: nothing was refused yet. */
    begin: () => {
      setFailure(NO_FAILURE);
      setDetached([]);
    },
    fail: (error: unknown) =>
      setFailure(error instanceof NotKept ? error.failure : failureOf(error, "connection")),
    /** Forget what was refused of places that were typed into since. */
    forget: (places: readonly Place[]) => setFailure((now) => without(now, places)),
    onDetached: (keys: readonly Key[]) => setDetached((now) => [...now, ...keys]),
  };
}
