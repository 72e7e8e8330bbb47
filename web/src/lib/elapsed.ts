/** Time that passes, told by the second. */

import { useEffect, useState } from "react";

const secondsSince = (moment: number): number => Math.max(0, Math.floor((Date.now() - moment) / 1000));

/** Return the whole seconds of what is `running` since a moment (milliseconds); not given: since it is. */
export function useElapsed(running: boolean, since: number | null = null): number {
  const [elapsed, setElapsed] = useState(() => (running && since !== null ? secondsSince(since) : 0));
  useEffect(() => {
    if (!running) return undefined;
    const began = since ?? Date.now();
    const timer = setInterval(() => setElapsed(secondsSince(began)), 1000);
    return () => {
      clearInterval(timer);
      setElapsed(0);
    };
  }, [running, since]);
  return elapsed;
}
