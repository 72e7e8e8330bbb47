/** When a conversation is not followed: a browser has few connections for all of its windows. */

import { useEffect } from "react";
import type { Living } from "@/features/chat/living";

const UNSEEN = 30_000;

type Sleeper = Pick<Living, "rest" | "isResting" | "catchUp">;

/** Let the conversation rest while the window is not seen, unless its end `isAwaited`. */
export function useRest(living: Sleeper | null, isAwaited: boolean): void {
  useEffect(() => {
    if (!living) return;
    let resting: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(resting);
      if (!document.hidden && living.isResting()) void living.catchUp();
      if (document.hidden && !isAwaited) resting = setTimeout(living.rest, UNSEEN);
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => {
      clearTimeout(resting);
      document.removeEventListener("visibilitychange", look);
    };
  }, [living, isAwaited]);
}
