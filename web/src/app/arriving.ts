/** Where the focus is after another page was opened. */

import { useEffect, useRef } from "react";

// Pages that were not opened before are loaded first.
const PATIENCE = 4000;
// In a chat, the field one writes in takes it.
const HAS_OWN = /^\/(chats\/[^/]+\/?)?$/;

/** Bring the focus to the heading of a page once another one is there, at `path`. */
export function useArriving(path: string): void {
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    const isFirst = before.current === "";
    before.current = path;
    if (isFirst || HAS_OWN.test(path)) return;
    const main = document.getElementById("main");
    if (!main) return;
    const arrive = (): boolean => {
      // Who is in the page already, as in a list whose choice stands in the address, stays there.
      if (main !== document.activeElement && main.contains(document.activeElement)) return true;
      const heading = main.querySelector("h1");
      if (!heading) return false;
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
      return true;
    };
    if (arrive()) return;
    const watcher = new MutationObserver(() => {
      if (arrive()) watcher.disconnect();
    });
    watcher.observe(main, { childList: true, subtree: true });
    const timer = setTimeout(() => watcher.disconnect(), PATIENCE);
    return () => {
      clearTimeout(timer);
      watcher.disconnect();
    };
  }, [path]);
}
