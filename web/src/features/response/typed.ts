/** What was typed and not saved yet: kept for as long as the page is open. */

import { useState } from "react";

const typed = new Map<string, string>();

/** Hold the text of a field: what was typed there, else what is kept. `null` forgets the typed. */
export function useTyped(name: string, kept: string): [string, (text: string | null) => void] {
  const [, draw] = useState(0);
  const set = (text: string | null) => {
    if (text === null || text === kept) typed.delete(name);
    else typed.set(name, text);
    draw((count) => count + 1);
  };
  return [typed.get(name) ?? kept, set];
}
