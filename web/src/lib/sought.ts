/** Finding by a few letters, as one types them. */

/** Whether `text` has every word of `sought` in it, whatever their case and order. */
export function hasWords(text: string, sought: string): boolean {
  const low = text.toLocaleLowerCase();
  return sought
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => low.includes(word));
}
