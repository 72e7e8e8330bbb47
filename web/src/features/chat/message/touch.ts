/** Fingers on a message: a swipe to a side, and a tap. */

import { type PointerEvent, useRef } from "react";

type Touched = {
  /** -1 to the one before (the finger goes right), 1 to the next. */
  onSwipe: (by: 1 | -1) => void;
  onTap: () => void;
};

const FAR = 56;
const SLOWEST = 600;
const STILL = 10;
const OWN_WAYS = "a,button,input,textarea,select,summary,[role=button],[role=menu]";

/** Whether a finger on `target` scrolls something to the side, or works something. */
function isTaken(target: EventTarget, place: Element): boolean {
  for (let at = target as Element | null; at && at !== place; at = at.parentElement) {
    if (at.scrollWidth > at.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(at).overflowX)) return true;
  }
  return false;
}

/** Return what hears fingers. Up and down stay the page's own (with `touch-action: pan-y`). */
export function useTouch({ onSwipe, onTap }: Touched) {
  const begun = useRef<{ x: number; y: number; at: number; id: number } | null>(null);
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.pointerType !== "touch" || !event.isPrimary) {
        begun.current = null;
        return;
      }
      if (isTaken(event.target, event.currentTarget)) return;
      begun.current = { x: event.clientX, y: event.clientY, at: event.timeStamp, id: event.pointerId };
    },
    onPointerUp: (event: PointerEvent) => {
      const from = begun.current;
      begun.current = null;
      if (!from || from.id !== event.pointerId) return;
      const x = event.clientX - from.x;
      const y = event.clientY - from.y;
      const quick = event.timeStamp - from.at < SLOWEST;
      if (quick && Math.abs(x) >= FAR && Math.abs(x) > 2 * Math.abs(y)) onSwipe(x < 0 ? 1 : -1);
      else if (quick && Math.hypot(x, y) < STILL && !(event.target as Element).closest(OWN_WAYS)) onTap();
    },
    onPointerCancel: () => {
      begun.current = null;
    },
  };
}
