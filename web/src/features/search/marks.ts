/** A snippet in pieces: what was found, and what stands around it. */

import type { Snippet } from "@/api/search";

export type Piece = { text: string; found: boolean };

/** Return the pieces of a snippet. The server counts whole signs, which may be two here. */
export function piecesOf({ text, marks = [] }: Snippet): Piece[] {
  const signs = Array.from(text);
  const pieces: Piece[] = [];
  let at = 0;
  const push = (to: number, found: boolean) => {
    if (to > at) pieces.push({ text: signs.slice(at, to).join(""), found });
    at = Math.max(at, to);
  };
  for (const mark of [...marks].sort(([a = 0], [b = 0]) => a - b)) {
    const [from = 0, to = 0] = mark;
    push(Math.min(from, signs.length), false);
    push(Math.min(to, signs.length), true);
  }
  push(signs.length, false);
  return pieces;
}
