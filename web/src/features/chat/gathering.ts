/** Gathers what comes in many small pieces, and hands it on once per picture the screen shows. */

// A window that is not looked at gets no pictures.
const UNSEEN = 250;

/** Return where things are put; `take` is given all that came since the last picture. */
export function gather<T>(take: (things: readonly T[]) => void) {
  let things: T[] = [];
  let frame: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const hand = () => {
    if (frame !== null) cancelAnimationFrame(frame);
    clearTimeout(timer);
    frame = null;
    timer = undefined;
    const gathered = things;
    things = [];
    if (gathered.length) take(gathered);
  };

  return {
    add(thing: T) {
      things.push(thing);
      if (frame !== null || timer) return;
      if (!document.hidden) frame = requestAnimationFrame(hand);
      timer = setTimeout(hand, UNSEEN);
    },
    drop() {
      things = [];
      hand();
    },
  };
}
