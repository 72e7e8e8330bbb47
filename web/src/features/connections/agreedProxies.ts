/** Which proxies a person agreed to in this browser: each address is asked about once. */

const PLACE = "tapster.proxies-agreed";

function agreed(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(PLACE) ?? "[]");
    return Array.isArray(kept) ? kept.filter((each) => typeof each === "string") : [];
  } catch {
    return [];
  }
}

export const isAgreed = (url: string) => agreed().includes(url);

export function agree(url: string): void {
  try {
    localStorage.setItem(PLACE, JSON.stringify([...new Set([...agreed(), url])]));
  } catch {
    // No storage: it is asked again next time.
  }
}
