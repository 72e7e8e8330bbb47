/** What the palette finds: the best of each group first, and the group with the best before others. */

import { hasWords } from "@/lib/sought";

type Named = { label: string; words?: string };

export type Found<T> = { title: string; rows: readonly T[] };

/** Return how far `sought` is from what something is called; what has nothing of it is infinitely far. */
function distance({ label, words = "" }: Named, sought: string): number {
  if (label.toLocaleLowerCase().startsWith(sought.toLocaleLowerCase())) return 0;
  if (hasWords(label, sought)) return 1;
  return hasWords(`${label} ${words}`, sought) ? 2 : Number.POSITIVE_INFINITY;
}

/** Return what goes by `sought`, at most `most` of each group; without a word of it, all as it is. */
export function found<T extends Named>(groups: readonly Found<T>[], sought: string, most: number): Found<T>[] {
  const far = new Map<T, number>();
  for (const { rows } of groups) for (const row of rows) far.set(row, distance(row, sought.trim()));
  const farOf = (row: T) => far.get(row) ?? Number.POSITIVE_INFINITY;
  return groups
    .map(({ title, rows }) => ({
      title,
      rows: rows
        .filter((row) => farOf(row) < Number.POSITIVE_INFINITY)
        .sort((one, other) => farOf(one) - farOf(other))
        .slice(0, most),
    }))
    .filter(({ rows }) => rows.length > 0)
    .sort((one, other) => nearest(one.rows) - nearest(other.rows));

  function nearest(rows: readonly T[]): number {
    return Math.min(...rows.map(farOf));
  }
}
