/** Whether what was sent under a key is there: its id is made of the key. */

/** Return the id the server gives what is said under `key`; `null` where it cannot be reckoned. */
export async function idFrom(owner: string, chatId: string, key: string): Promise<string | null> {
  // Without encryption a browser does not reckon digests.
  if (!("subtle" in crypto)) return null;
  const words = new TextEncoder().encode(`said ${owner} ${chatId} ${key}`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", words));
  return [...digest.slice(0, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
