/** Which sections of the response configuration are open; remembered in the browser. */

import { useLocalStorage } from "@mantine/hooks";
import { type RefObject, useEffect, useRef } from "react";

// Its whole height a section has only when it is unfolded.
const UNFOLDED_AFTER = 250;

/** Return the names of the sections that are open, and what opens others. */
export const useSections = () =>
  useLocalStorage<string[]>({ key: "tapster-response-sections", defaultValue: ["settings"] });

/** Return what opens one more section. */
export function useUnfold(): (name: string) => void {
  const [, setOpen] = useSections();
  return (name) => setOpen((open) => (open.includes(name) ? open : [...open, name]));
}

/** Bring what is sought into view, once; return what it is told by. */
export function useSought(isSought: boolean, onFound: () => void): RefObject<HTMLDivElement | null> {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isSought) return;
    const timer = setTimeout(() => {
      place.current?.scrollIntoView({ block: "start" });
      onFound();
    }, UNFOLDED_AFTER);
    return () => clearTimeout(timer);
  }, [isSought, onFound]);
  return place;
}
