/** What is typed into a message that is edited: kept until it is saved or thrown away. */

const keyOf = (messageId: string) => `tapster-edit-${messageId}`;

/** Return what was typed earlier; `null` where nothing was. */
export function readEdit(messageId: string): string | null {
  try {
    return sessionStorage.getItem(keyOf(messageId));
  } catch {
    return null;
  }
}

/** Keep what is typed; `null` forgets it. A full or forbidden storage is no reason to fail. */
export function keepEdit(messageId: string, text: string | null): void {
  try {
    if (text === null) sessionStorage.removeItem(keyOf(messageId));
    else sessionStorage.setItem(keyOf(messageId), text);
  } catch {
    // It stays in the field, at least.
  }
}
