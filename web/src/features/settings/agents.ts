/** What a browser says of itself, in few words. */

const BROWSERS = [
  ["Edg/", "Edge"],
  ["OPR/", "Opera"],
  ["Firefox/", "Firefox"],
  ["Chrome/", "Chrome"],
  ["Safari/", "Safari"],
] as const;
const SYSTEMS = [
  ["iPhone", "iPhone"],
  ["iPad", "iPad"],
  ["Android", "Android"],
  ["Windows", "Windows"],
  ["Mac OS X", "macOS"],
  ["Linux", "Linux"],
] as const;

/** Return `Firefox, Linux`; of others the beginning of what they say; of silence `null`. */
export function agentOf(agent: string): string | null {
  const named = (known: readonly (readonly [string, string])[]) =>
    known.find(([sign]) => agent.includes(sign))?.[1];
  const words = [named(BROWSERS), named(SYSTEMS)].filter((word) => word !== undefined);
  return words.join(", ") || agent.slice(0, 60) || null;
}
