/** What was typed into the form of a connection and is not saved yet. */

import type {
  Connection,
  ConnectionChanges,
  ConnectionSettings,
  NewConnection,
} from "@/api/connections";
import type { Key } from "@/api/keys";
import type { Source } from "@/api/sources";

export type Fields = {
  name: string;
  /** Empty: the source's own. */
  endpoint: string;
  options: Record<string, unknown>;
  model: string | null;
  bypass_status_check: boolean;
  show_external: boolean;
  /** The id of a preset. */
  proxy: string | null;
  notes: string;
  timeouts: ConnectionSettings["timeouts"];
  outbound_proxy: string;
  verify_tls: boolean;
};

export type Field = keyof Fields;

/** What was typed of a proxy preset; `null` where it is as the chosen preset has it. */
export type TypedProxy = { name: string | null; url: string | null; password: string };

export type Draft = {
  /** The source of a connection that is not saved yet. */
  source: string | null;
  changes: Partial<Fields>;
  /** The version of the connection the first change was made upon. */
  version: number | null;
  key: string;
  label: string;
  proxy: TypedProxy;
};

export const NO_PROXY: TypedProxy = { name: null, url: null, password: "" };

export const EMPTY: Draft = {
  source: null,
  changes: {},
  version: null,
  key: "",
  label: "",
  proxy: NO_PROXY,
};

export const BLANK: Fields = {
  name: "",
  endpoint: "",
  options: {},
  model: null,
  bypass_status_check: false,
  show_external: false,
  proxy: null,
  notes: "",
  timeouts: { connect: 10, idle: 600, total: 3600 },
  outbound_proxy: "",
  verify_tls: true,
};

/** Return what is saved, as the form shows it. */
export function fieldsOf(connection: Connection): Fields {
  const { settings } = connection;
  if (!settings) return { ...BLANK, name: connection.name, model: connection.model };
  return {
    name: connection.name,
    endpoint: settings.endpoint ?? "",
    options: settings.options,
    model: connection.model,
    bypass_status_check: settings.bypass_status_check,
    show_external: settings.show_external,
    proxy: settings.proxy,
    notes: settings.notes,
    timeouts: settings.timeouts,
    outbound_proxy: settings.outbound_proxy ?? "",
    verify_tls: settings.verify_tls,
  };
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** Return `options` with one of them set; what is empty is not sent, and so not set. */
export function withOption(
  options: Record<string, unknown>,
  name: string,
  value: unknown,
): Record<string, unknown> {
  const others = Object.entries(options).filter(([each]) => each !== name);
  const empty = value == null || value === "" || (Array.isArray(value) && !value.length);
  return Object.fromEntries(empty ? others : [...others, [name, value]]);
}

/** Return `draft` without changes to `fields`, which are saved on their own. */
export function withoutChanges(draft: Draft, fields: readonly string[]): Draft {
  const left = Object.entries(draft.changes).filter(([field]) => !fields.includes(field));
  return { ...draft, changes: Object.fromEntries(left) as Partial<Fields> };
}

/** Return `draft` after something was typed. What is as saved again is no change any more. */
export function edited(
  draft: Draft,
  saved: Fields,
  typed: Partial<Fields>,
  version: number | null,
): Draft {
  const all = Object.entries({ ...draft.changes, ...typed });
  const changes = Object.fromEntries(
    all.filter(([field, value]) => !same(value, saved[field as Field])),
  ) as Partial<Fields>;
  const begins = Object.keys(draft.changes).length === 0;
  return { ...draft, changes, version: begins ? version : draft.version };
}

/** Return the draft of a new connection for another source: what belongs to one alone stays behind. */
export function movedTo(source: string, draft: Draft): Draft {
  if (draft.source === source) return draft;
  return { ...withoutChanges(draft, ["options", "model", "endpoint"]), source, key: "", label: "" };
}

/** Return what is still to be saved of `later` once `sent` was: what was typed again meanwhile. */
export function stillTyped(
  later: Draft,
  sent: Draft,
  /** What was saved before `sent` was, and what is now. */
  { before, after, version }: { before: Fields; after: Fields; version: number | null },
): Draft {
  const fields = Object.keys({ ...sent.changes, ...later.changes }) as Field[];
  const shown: Fields = { ...before, ...later.changes };
  const asSent: Fields = { ...before, ...sent.changes };
  const typed = fields.filter(
    (field) => !same(shown[field], asSent[field]) && !same(shown[field], after[field]),
  );
  const changes = Object.fromEntries(typed.map((field) => [field, shown[field]])) as Partial<Fields>;
  return { ...later, changes, version };
}

/** Return `later` without the key that was sent; another one typed meanwhile stays. */
export const withoutKey = (later: Draft, sent: Draft): Draft =>
  later.key === sent.key ? { ...later, key: "", label: "" } : later;

/** Return `later` without what was sent of a proxy preset. */
export function withoutProxy(later: Draft, sent: Draft): Draft {
  const { name, url, password } = later.proxy;
  return {
    ...later,
    proxy: {
      name: name === sent.proxy.name ? null : name,
      url: url === sent.proxy.url ? null : url,
      password: password === sent.proxy.password ? "" : password,
    },
  };
}

/** Whether an address or a password of a proxy was typed. */
export const hasTypedProxy = ({ proxy }: Draft) =>
  (proxy.url !== null && proxy.url.trim() !== "") || proxy.password !== "";

/**
 * Whether the provider would refuse what is sent: it wants a key, and there is none. Another address
 * than its own may be that of a server that wants none; a proxy takes its password instead.
 */
export function lacksKey(
  source: Pick<Source, "key" | "endpoint">,
  draft: Draft,
  fields: Pick<Fields, "endpoint" | "proxy">,
  keys: readonly Pick<Key, "state">[],
): boolean {
  const elsewhere = source.endpoint !== null && fields.endpoint.trim() !== "";
  const proxied = fields.proxy !== null || hasTypedProxy(draft);
  const keyed = draft.key.trim() !== "" || keys.some(({ state }) => state === "active");
  return source.key === "required" && !elsewhere && !proxied && !keyed;
}

/** Return the names of what would be lost. */
export function unsaved(draft: Draft): (Field | "key" | "url")[] {
  const names: (Field | "key" | "url")[] = Object.keys(draft.changes) as Field[];
  if (draft.key) names.push("key");
  if (hasTypedProxy(draft)) names.push("url");
  return names;
}

/** Return what to send to change a saved connection: only what was changed, upon its version. */
export function changesOf(draft: Draft, fields: Fields): ConnectionChanges | null {
  if (!Object.keys(draft.changes).length) return null;
  return { ...bodyOf(draft.changes, fields.options), version: draft.version };
}

/** Return what to send to save a new connection of `source`: only what is not as usual. */
export function newBody(draft: Draft, source: string): NewConnection {
  // With a proxy the key is never sent, and so never taken: the password stands in for it.
  const key = draft.changes.proxy ? "" : draft.key.trim();
  const { name, ...rest } = draft.changes;
  return {
    ...bodyOf(rest, {}),
    source,
    ...(name?.trim() && { name: name.trim() }),
    ...(key && { key }),
  };
}

function bodyOf(changes: Partial<Fields>, before: Record<string, unknown>): ConnectionChanges {
  const { endpoint, outbound_proxy, options, ...rest } = changes;
  return {
    ...rest,
    ...(endpoint !== undefined && { endpoint: endpoint.trim() || null }),
    ...(outbound_proxy !== undefined && { outbound_proxy: outbound_proxy.trim() || null }),
    ...(options && { options: { ...unset(before, options), ...changed(before, options) } }),
  };
}

type Options = Record<string, unknown>;

/** Return the options that are not set any more, as the server is told of them. */
const unset = (before: Options, after: Options): Options =>
  Object.fromEntries(Object.keys(before).filter((name) => !(name in after)).map((name) => [name, null]));

const changed = (before: Options, after: Options): Options =>
  Object.fromEntries(Object.entries(after).filter(([name, value]) => !same(value, before[name])));

/** Return `name`, or `name 2` and so on where others have it. */
export function freeName(name: string, taken: readonly string[]): string {
  const lower = new Set(taken.map((each) => each.toLowerCase()));
  for (let number = 1; ; number += 1) {
    const tried = number === 1 ? name : `${name} ${number}`;
    if (!lower.has(tried.toLowerCase())) return tried;
  }
}
