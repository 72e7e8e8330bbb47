/** Days as a date field gives them, in seconds since the epoch. */

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Return when a day (`2026-11-30`) begins here, or, with `over`, when it is over. */
export function dayAt(text: string, over = false): number | null {
  const match = DAY.exec(text);
  if (!match) return null;
  const [year = 0, month = 0, day = 0] = match.slice(1).map(Number);
  const at = new Date(year, month - 1, day + (over ? 1 : 0)).getTime() / 1000;
  return Number.isFinite(at) ? at : null;
}
