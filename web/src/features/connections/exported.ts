/** Files of exported connections. */

import type { Exported } from "@/api/connections";

const LARGEST = 10_000_000;

/** Something that is no file of exported connections; `message` says why. */
export class NoExport extends Error {}

/** Return what an exported file holds; throw `NoExport` for any other. */
export function readExported(text: string): Exported {
  if (text.length > LARGEST) throw new NoExport("This file is too large to hold connections.");
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw new NoExport("This file is not JSON. Choose one that Export wrote.");
  }
  const holds =
    typeof read === "object" &&
    read !== null &&
    "connections" in read &&
    Array.isArray(read.connections);
  if (!holds) throw new NoExport("This file holds no connections. Choose one that Export wrote.");
  return read as Exported;
}
