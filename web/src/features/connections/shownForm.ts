/** Which form the desk shows: one begun as new stays the same form once it is saved and has an id. */

import { useState } from "react";

type Shown = {
  /** What the address names. */
  named: string | null;
  asked: string | null;
  /** The id of what was new until it was saved; the address follows. */
  became: string | null;
  /** Another for each form. */
  number: number;
};

/** Return what to show, with a key that outlasts its being saved; `usual` where the address names nothing. */
export function useShownForm(named: string | null, usual: string | null) {
  const asked = named ?? usual;
  const [before, setShown] = useState<Shown>({ named, asked, became: null, number: 0 });
  let now = before;
  // While the address follows, what would be usual by now is not asked for.
  if (before.named !== named || (before.became === null && before.asked !== asked)) {
    const same = asked !== null && asked === before.became;
    now = { named, asked, became: null, number: same ? before.number : before.number + 1 };
    setShown(now);
  }
  return {
    shown: now.became ?? now.asked,
    key: now.number,
    become: (id: string) => setShown((then) => ({ ...then, became: id })),
  };
}
