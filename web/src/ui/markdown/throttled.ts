/** Values that change too often for what is done with them. */

import { useEffect, useRef, useState } from "react";

/** Return `value` as it was at most `wait` ms ago; at once where `wait` is 0. */
export function useThrottled<T>(value: T, wait: number): T {
  const [shown, setShown] = useState(value);
  const latest = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  if (wait === 0 && shown !== value) setShown(value);
  useEffect(() => {
    latest.current = value;
    if (wait === 0 || timer.current) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      setShown(latest.current);
    }, wait);
  }, [value, wait]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
  return wait === 0 ? value : shown;
}
