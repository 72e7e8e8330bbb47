/** Has this page carry out what it is asked to, for as long as it is open. */

import { useCallback, useEffect } from "react";
import { PAGE, claimErrand, declineErrand, reportErrand } from "@/api/errands";
import { type Live, useLive } from "@/api/live";
import { carrier } from "@/features/errands/carrying";
import { look, modelOf } from "@/lib/pageModels/standings";

const CARRIER = carrier(PAGE, {
  claim: claimErrand,
  decline: declineErrand,
  report: reportErrand,
  modelOf,
  look,
});

/** Carry out errands as they are offered, and say so when the page is left in the midst of one. */
export function useErrands(): void {
  useLive(
    useCallback((event: Live) => {
      if (event.type === "errand-offered") {
        void CARRIER.take({ id: event.errand_id, ability: event.ability, page: event.page });
      } else if (event.type === "errand-ended") {
        CARRIER.end(event.errand_id);
      }
    }, []),
  );
  useEffect(() => {
    window.addEventListener("pagehide", CARRIER.leave);
    return () => window.removeEventListener("pagehide", CARRIER.leave);
  }, []);
}
