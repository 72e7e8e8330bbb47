/** Steps among the alternatives of a reply. */

export type Alternatives = {
  /** Which is shown, counted from zero. */
  shown: number;
  count: number;
  /** Whether one step beyond the last has another one written. */
  canAdd: boolean;
};

/** Return where a step of `by` leads; `null` where it leads nowhere. */
export function stepped({ shown, count, canAdd }: Alternatives, by: 1 | -1): number | "new" | null {
  const to = shown + by;
  if (to < 0) return null;
  if (to < count) return to;
  return canAdd ? "new" : null;
}
