/** What the tab of the browser is called. */

import { useEffect } from "react";

const HOUSE = "Tapster";

/** Name the tab after the page in it; nothing: after the house alone. */
export function useTitle(name?: string | null): void {
  useEffect(() => {
    document.title = name ? `${name} · ${HOUSE}` : HOUSE;
  }, [name]);
}
