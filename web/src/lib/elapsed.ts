/** Time that passes, told by the second. */

import { useEffect, useState } from "react";

/** Return the whole seconds since `from` (milliseconds). */
export function useElapsed(from: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, Math.floor((now - from) / 1000));
}
