/** Where the form of a connection shows what the server refused. */

import type { Fields } from "@/features/connections/draft";
import { ProblemError, sentenceOf } from "@/api/problems";
import { told } from "@/lib/words";

/** A place of the form where a sentence can stand. */
export type Place = keyof Fields | "key" | "proxy_name" | "url" | "password" | "source";

export type Failure = {
  at: Partial<Record<Place, string>>;
  /** What belongs to no field. */
  trouble: string | null;
  /** What the connection is by now, where it was changed elsewhere. */
  newer: Newer | null;
};

export type Newer = { version: number; fields: Record<string, unknown> };

export const NO_FAILURE: Failure = { at: {}, trouble: null, newer: null };

const PLACES = new Set<string>([
  ...["name", "endpoint", "options", "model", "proxy", "notes", "timeouts"],
  ...["outbound_proxy", "verify_tls", "key", "source"],
]);
const OF_PROXY: Record<string, Place> = {
  endpoint: "url",
  url: "url",
  key: "password",
  password: "password",
  name: "proxy_name",
};

/** Return `failure` with its sentences in the language of the page. */
export const toldOf = (failure: Failure): Failure => ({
  ...failure,
  at: Object.fromEntries(Object.entries(failure.at).map(([place, message]) => [place, told(message)])),
});

/** Return `failure` without what stands at `places`, which were typed into since. */
export const without = (failure: Failure, places: readonly string[]): Failure => ({
  ...failure,
  at: Object.fromEntries(Object.entries(failure.at).filter(([at]) => !places.includes(at))),
});

/** Return where `error` is to stand, for what was being saved. */
export function failureOf(error: unknown, saving: "connection" | "key" | "proxy"): Failure {
  const message = sentenceOf(error);
  if (!(error instanceof ProblemError)) return { ...NO_FAILURE, trouble: message };
  const newer = newerOf(error.newer);
  if (newer) return { ...NO_FAILURE, trouble: message, newer };
  const field = error.field?.split(/[.[]/)[0] ?? "";
  if (saving === "proxy") {
    const place = OF_PROXY[field] ?? (error.status === 409 ? "proxy_name" : undefined);
    return place ? { ...NO_FAILURE, at: { [place]: message } } : { ...NO_FAILURE, trouble: message };
  }
  if (PLACES.has(field)) return { ...NO_FAILURE, at: { [field]: message } };
  if (saving === "key") return { ...NO_FAILURE, at: { key: message } };
  if (error.status === 409) return { ...NO_FAILURE, at: { name: message } };
  return { ...NO_FAILURE, trouble: message };
}

function newerOf(told: unknown): Newer | null {
  if (typeof told !== "object" || told === null) return null;
  const connection = told as Record<string, unknown>;
  const settings = connection.settings as Record<string, unknown> | undefined;
  const fields = { ...connection, ...settings };
  return typeof fields.version === "number" ? { version: fields.version, fields } : null;
}
