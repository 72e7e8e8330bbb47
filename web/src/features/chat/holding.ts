/** What is read stays where it is while something below it grows, in every browser. */

import { type RefObject, useEffect } from "react";

/** The row that is looked at, and how far below the upper edge it begins. */
type Held = { row: Element; top: number };

/**
 * Hold the place in a list that is laid out from its end, and so is reckoned from there: whatever
 * grows below would carry it off. Most browsers hold it by themselves, older Safari does not.
 */
export function useHolding(scroller: RefObject<HTMLElement | null>, stretch: number): void {
  useEffect(() => {
    const place = scroller.current;
    const rows = place?.firstElementChild;
    if (!place || !rows || getComputedStyle(place).getPropertyValue("overflow-anchor") === "auto") return;
    const topOf = (row: Element) => row.getBoundingClientRect().top - place.getBoundingClientRect().top;
    let held: Held | null = null;
    /** Where this has scrolled to by itself. */
    let own: number | null = null;
    const look = () => {
      if (place.scrollTop === own) return;
      const edge = place.getBoundingClientRect().top;
      const row = [...rows.children].find((each) => each.getBoundingClientRect().bottom > edge);
      // At the end, one is carried along with what is written.
      held = row && place.scrollTop < 0 ? { row, top: topOf(row) } : null;
    };
    const watcher = new ResizeObserver(() => {
      if (!held?.row.isConnected) return;
      place.scrollTop += topOf(held.row) - held.top;
      own = place.scrollTop;
      if (own >= 0) held = null;
    });
    watcher.observe(rows);
    place.addEventListener("scroll", look, { passive: true });
    return () => {
      watcher.disconnect();
      place.removeEventListener("scroll", look);
    };
  }, [scroller, stretch]);
}
