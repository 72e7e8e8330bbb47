/** Where the keyboard goes when what it was on is gone, as a message that was deleted. */

import { type FocusEvent, type RefObject, useEffect, useLayoutEffect, useRef } from "react";

/** Have the message that takes the place of one that had the keyboard have it; `onNone` is told where
 * there is none. Return the listeners of the element `rows`, in which the messages are.
 */
export function useNeighbour(rows: RefObject<HTMLElement | null>, onNone: () => void) {
  /** The place of the message that has the keyboard. */
  const held = useRef<number | null>(null);
  const messages = () => [...(rows.current?.querySelectorAll("article") ?? [])];

  // After each change: buttons go while an answer is written, and rows with what they show.
  useLayoutEffect(() => {
    if (held.current === null || document.activeElement !== document.body) return;
    const there = messages();
    there[Math.min(held.current, there.length - 1)]?.focus({ preventScroll: true });
  });
  const none = useRef(onNone);
  useEffect(() => {
    none.current = onNone;
  });
  useLayoutEffect(
    () => () => {
      if (held.current !== null) none.current();
    },
    [],
  );
  return {
    onFocus: ({ target }: FocusEvent) => {
      const place = messages().findIndex((message) => message.contains(target));
      held.current = place < 0 ? null : place;
    },
    // What is taken away while it has the keyboard does not say so.
    onBlur: () => {
      held.current = null;
    },
  };
}
