/** What the page remembers of messages while it is open, though they scroll away. */

const unfolded = new Set<string>();

/** Whether something was unfolded by the person. */
export const isUnfolded = (key: string): boolean => unfolded.has(key);

export function rememberFold(key: string, open: boolean): void {
  if (open) unfolded.add(key);
  else unfolded.delete(key);
}
