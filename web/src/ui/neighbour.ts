/** Where the keyboard goes when what it was on is gone, as a message that was deleted. */

import { type FocusEvent, type RefObject, useEffect, useLayoutEffect, useRef } from "react";

type Rows = {
  /** The element in which the rows are. */
  within: RefObject<HTMLElement | null>;
  /** What a row is, as a selector. It can have the keyboard itself. */
  each: string;
  /** Is told when the last row, which had the keyboard, is gone. */
  onNone?: () => void;
};

/**
 * Have the row that takes the place of one that had the keyboard have it, also where only the
 * button in it is gone. Return the listeners of an element around the rows.
 */
export function useNeighbour({ within, each, onNone }: Rows) {
  /** The place of the row that has the keyboard. */
  const held = useRef<number | null>(null);
  const rows = () => [...(within.current?.querySelectorAll<HTMLElement>(each) ?? [])];

  // After each change: buttons go while something is done, and rows with what they show.
  useLayoutEffect(() => {
    if (held.current === null || document.activeElement !== document.body) return;
    const there = rows();
    there[Math.min(held.current, there.length - 1)]?.focus({ preventScroll: true });
  });
  const none = useRef(onNone);
  useEffect(() => {
    none.current = onNone;
  });
  useLayoutEffect(
    () => () => {
      if (held.current !== null) none.current?.();
    },
    [],
  );
  return {
    onFocus: ({ target }: FocusEvent) => {
      const place = rows().findIndex((row) => row.contains(target));
      held.current = place < 0 ? null : place;
    },
    // What is taken away while it has the keyboard does not say so; a button that waits does.
    onBlur: ({ target }: FocusEvent) => {
      if (!target.matches(":disabled")) held.current = null;
    },
  };
}
