/** Errands: the server has this page ask a model that lives in the browser, and hears what it says. */

import { type Schemas, answered, api } from "@/api/client";
import { newId } from "@/lib/ids";

export type Piece =
  | Schemas["MoreWords"]
  | Schemas["Done"]
  | Schemas["Broke"]
  | Schemas["Left"];
export type Heard = Schemas["Heard"];

/** What this page calls itself for as long as it is open. */
export const PAGE = newId();

const at = (id: string) => ({ params: { path: { errand_id: id } } });

/** Take an errand on; `body` is what to ask, absent where another page was faster. */
export const claimErrand = (id: string, model: string | null) =>
  answered(
    api.POST("/api/errands/{errand_id}/claim", { ...at(id), body: { type: "claim", page: PAGE, model } }),
  );

/** Say that this page cannot do it, and why. */
export const declineErrand = (id: string, code: string) =>
  answered(
    api.POST("/api/errands/{errand_id}/decline", { ...at(id), body: { type: "decline", page: PAGE, code } }),
  );

/** Say what came, beginning with piece number `first`; `leaving`: while the page is being left. */
export const reportErrand = (id: string, first: number, pieces: readonly Piece[], leaving = false) =>
  answered(
    api.POST("/api/errands/{errand_id}/report", {
      ...at(id),
      body: { type: "report", page: PAGE, first, pieces: [...pieces], unseen: document.hidden },
      keepalive: leaving,
    }),
  );
