/** The tree of a chat as it is drawn: a row for each segment, a lane for each branch. */

import type { Segment } from "@/api/trees";

export type Placed = {
  segment: Segment;
  /** Counted from the top; segments stand below the one they hang on. */
  row: number;
  /** Counted from the left. The shown path keeps to the left of its siblings. */
  lane: number;
  /** How many segments are above it. */
  depth: number;
  /** How many hang on the same segment, and which of them it is, counted from one. */
  siblings: number;
  place: number;
};

export type Line = { from: Placed; to: Placed };

export type Drawing = { rows: Placed[]; lines: Line[]; lanes: number };

/** Return where each segment stands. Of siblings the shown one goes on in its parent's lane. */
export function drawn(segments: readonly Segment[]): Drawing {
  const known = new Set(segments.map((segment) => segment.last));
  const below = new Map<string | null, Segment[]>();
  for (const segment of segments) {
    const parent = segment.parent && known.has(segment.parent) ? segment.parent : null;
    const siblings = below.get(parent);
    if (siblings) siblings.push(segment);
    else below.set(parent, [segment]);
  }
  const rows: Placed[] = [];
  const lines: Line[] = [];
  let lanes = 0;
  type Waiting = { segment: Segment; above: Placed | null; lane: number | null; siblings: number; place: number };
  const waiting: Waiting[] = [];
  // Only the branches taken up later need a new lane; the first goes straight on.
  const push = (parent: string | null, above: Placed | null) => {
    const own = below.get(parent) ?? [];
    const shown = Math.max(0, own.findIndex((segment) => segment.on_path));
    const straight = own[shown];
    const others = own.filter((segment) => segment !== straight);
    const all = straight ? [straight, ...others] : [];
    const next = all.map((segment, at) => ({
      segment,
      above,
      lane: at === 0 ? (above?.lane ?? null) : null,
      siblings: own.length,
      place: own.indexOf(segment) + 1,
    }));
    waiting.push(...next.reverse());
  };
  push(null, null);
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { segment, above, siblings, place } = next;
    const lane = next.lane ?? lanes++;
    const depth = above ? above.depth + 1 : 0;
    const placed = { segment, row: rows.length, lane, depth, siblings, place };
    rows.push(placed);
    if (above) lines.push({ from: above, to: placed });
    push(segment.last, placed);
  }
  return { rows, lines, lanes };
}

/** Return the row a key leads to from `row`: the parent's, the first below, or a neighbour. */
export function rowAfter(key: string, row: number, { rows, lines }: Drawing): number | null {
  switch (key) {
    case "ArrowUp":
      return Math.max(0, row - 1);
    case "ArrowDown":
      return Math.min(rows.length - 1, row + 1);
    case "ArrowLeft":
      return lines.find((line) => line.to.row === row)?.from.row ?? row;
    case "ArrowRight":
      return lines.find((line) => line.from.row === row)?.to.row ?? row;
    case "Home":
      return 0;
    case "End":
      return rows.length - 1;
    default:
      return null;
  }
}
