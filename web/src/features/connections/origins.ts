/** Origins of addresses: what a key is bound to. */

const PORTS: Record<string, string> = { "http:": "80", "https:": "443" };
const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?(\/|$)/;

/** Return `scheme://host:port` of an address as the server writes it; `null` if it is none. */
export function originOf(address: string | null | undefined): string | null {
  const text = address?.trim() ?? "";
  if (!text) return null;
  try {
    const url = new URL(LOCAL.test(text) ? `http://${text}` : text);
    const port = url.port || PORTS[url.protocol];
    return port ? `${url.protocol}//${url.hostname}:${port}` : null;
  } catch {
    return null;
  }
}

/** Return an origin as people write it: without the port that everyone takes. */
export const shownOrigin = (origin: string) => origin.replace(/^(http:.*):80$|^(https:.*):443$/, "$1$2");
