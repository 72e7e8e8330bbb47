/** Copying, and saying how it went. */

import { useEffect, useState } from "react";
import { copyText } from "@/lib/markdown-copy";

const SAID_FOR = 2000;

/** Return how the last copying of `text` went, for as long as that is said, and how to copy it. */
export function useCopying(text: string): ["copied" | "failed" | null, () => void] {
  const [said, setSaid] = useState<"copied" | "failed" | null>(null);
  useEffect(() => {
    if (said === null) return;
    const timer = setTimeout(() => setSaid(null), SAID_FOR);
    return () => clearTimeout(timer);
  }, [said]);
  return [said, () => void copyText(text).then((done) => setSaid(done ? "copied" : "failed"))];
}
