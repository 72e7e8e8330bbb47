/** Saves what was typed into the form of a connection: its proxy preset, itself, its key. */

import type { QueryClient } from "@tanstack/react-query";
import {
  type Connection,
  addConnection,
  changeConnection,
  connectionsQuery,
  modelsQuery,
} from "@/api/connections";
import { type Key, addKey, keysQuery } from "@/api/keys";
import { type Proxy, addProxy, changeProxy, proxiesQuery, removeProxy } from "@/api/proxies";
import type { Source } from "@/api/sources";
import {
  BLANK,
  EMPTY,
  type Fields,
  changesOf,
  edited,
  fieldsOf,
  freeName,
  hasTypedProxy,
  newBody,
  stillTyped,
  withoutChanges,
  withoutKey,
  withoutProxy,
} from "@/features/connections/draft";
import { NEW, draftOf, keepDraft, moveDraft } from "@/features/connections/drafts";
import { type Failure, failureOf } from "@/features/connections/failure";

/** What is being formed: a saved connection, or a new one of a source. */
export type Formed = { connection: Connection | null; source: Source };

export type Heard = {
  onAdded: (id: string) => void;
  /** Keys that are not sent any more, as they were entered for another address. */
  onDetached: (keys: readonly Key[]) => void;
};

/** Something was not saved; `failure` says where that is to stand. */
export class NotKept extends Error {
  constructor(readonly failure: Failure) {
    super(failure.trouble ?? Object.values(failure.at)[0]);
  }
}

/** Where the draft of what is being formed is kept. */
export const placeOf = ({ connection }: Formed): string => connection?.id ?? NEW;

/** Return what is saved, as the form shows it. */
export const savedOf = ({ connection }: Formed): Fields => (connection ? fieldsOf(connection) : BLANK);

export const versionOf = ({ connection }: Pick<Formed, "connection">): number | null =>
  connection?.settings?.version ?? null;

/** Have every list show `kept` as it is by now. */
export function showConnection(cache: QueryClient, kept: Connection): void {
  cache.setQueryData(connectionsQuery.queryKey, (known) => withOne(known ?? [], kept));
}

function showProxy(cache: QueryClient, kept: Proxy): void {
  cache.setQueryData(proxiesQuery.queryKey, (known) => withOne(known ?? [], kept));
}

const withOne = <T extends { id: string }>(known: readonly T[], kept: T): T[] =>
  known.some(({ id }) => id === kept.id)
    ? known.map((each) => (each.id === kept.id ? kept : each))
    : [...known, kept];

/** Save all that was typed, and return the connection; throw `NotKept` where it was refused. */
export async function keepAll(cache: QueryClient, formed: Formed, heard: Heard): Promise<Connection> {
  const place = placeOf(formed);
  const sent = draftOf(place);
  if (hasTypedProxy(sent)) {
    const { id } = await keepProxy(cache, formed, heard);
    // Whoever chose another preset meanwhile goes through that one.
    keepDraft(place, (later) =>
      later.changes.proxy === sent.changes.proxy
        ? edited(later, savedOf(formed), { proxy: id }, versionOf(formed))
        : later,
    );
  }
  const kept = formed.connection
    ? await keepChanges(cache, formed.connection, heard)
    : await keepNew(cache, formed.source, heard);
  if (formed.connection && !kept.settings?.proxy) await keepKey(kept.id);
  return kept;
}

/** Save the preset that was typed, and return it; throw `NotKept` where it was refused. */
export async function keepProxy(
  cache: QueryClient,
  formed: Formed,
  { onDetached }: Pick<Heard, "onDetached">,
): Promise<Proxy> {
  const place = placeOf(formed);
  const sent = draftOf(place);
  const goesThrough = sent.changes.proxy === undefined ? savedOf(formed).proxy : sent.changes.proxy;
  try {
    const presets = await cache.ensureQueryData(proxiesQuery);
    const chosen = presets.find(({ id }) => id === goesThrough);
    const url = (sent.proxy.url ?? chosen?.url ?? "").trim();
    const name =
      sent.proxy.name?.trim() || chosen?.name || freeName(hostOf(url), presets.map((each) => each.name));
    const password = sent.proxy.password || null;
    const kept =
      chosen?.name === name
        ? await changeProxy(chosen.id, { ...(url !== chosen.url && { url }), ...(password && { password }) })
        : { proxy: await addProxy({ name, url, password }), detached: [] };
    onDetached(kept.detached);
    showProxy(cache, kept.proxy);
    keepDraft(place, (later) => withoutProxy(later, sent));
    void cache.invalidateQueries({ queryKey: keysQuery.queryKey });
    return kept.proxy;
  } catch (error) {
    throw new NotKept(failureOf(error, "proxy"));
  }
}

/** Delete a preset; what was formed goes through it no more. Where it is refused, it still does. */
export async function dropProxy(cache: QueryClient, formed: Formed, id: string): Promise<void> {
  const { connection } = formed;
  // The server deletes none that a connection goes through.
  const freed =
    connection?.settings?.proxy === id ? await keepAtOnce(cache, connection, { proxy: null }) : null;
  try {
    await removeProxy(id);
    keepDraft(placeOf(formed), (now) =>
      now.changes.proxy === id ? withoutChanges(now, ["proxy"]) : now,
    );
  } catch (error) {
    if (freed) await keepAtOnce(cache, freed, { proxy: id });
    throw error;
  } finally {
    await cache.invalidateQueries({ queryKey: proxiesQuery.queryKey });
  }
}

/** What of a saved connection is saved as soon as it is chosen. */
export type Chosen = Partial<Pick<Fields, "model" | "proxy" | "bypass_status_check" | "show_external">>;

/** Save what was chosen, whatever else is typed, and return it; throw `NotKept` where it was refused. */
export async function keepAtOnce(
  cache: QueryClient,
  connection: Connection,
  chosen: Chosen,
): Promise<Connection> {
  const { settings } = connection;
  if (!settings) return connection;
  const { model = connection.model, ...others } = chosen;
  showConnection(cache, { ...connection, model, settings: { ...settings, ...others } });
  let kept: Connection;
  try {
    ({ connection: kept } = await changeConnection(connection.id, chosen));
    // Our own change must not make what is typed look late.
    keepDraft(connection.id, (now) => ({
      ...withoutChanges(now, Object.keys(chosen)),
      version: now.version === settings.version ? versionOf({ connection: kept }) : now.version,
    }));
    showConnection(cache, kept);
  } catch (error) {
    showConnection(cache, connection);
    throw new NotKept(failureOf(error, "connection"));
  }
  // Which models are listed hangs on all but which of them was chosen.
  if (Object.keys(others).length) {
    await cache.invalidateQueries({ queryKey: modelsQuery(connection.id).queryKey });
  }
  return kept;
}

async function keepNew(cache: QueryClient, source: Source, { onAdded }: Heard): Promise<Connection> {
  try {
    const sent = draftOf(NEW);
    const kept = await addConnection(newBody(sent, source.id));
    // In one go: what is typed next is typed into the form of the connection there is by now.
    showConnection(cache, kept);
    moveDraft(NEW, kept.id, (later) => ({
      ...stillTyped(withoutKey(later, sent), sent, {
        before: BLANK,
        after: fieldsOf(kept),
        version: versionOf({ connection: kept }),
      }),
      source: EMPTY.source,
    }));
    onAdded(kept.id);
    return kept;
  } catch (error) {
    throw new NotKept(failureOf(error, "connection"));
  }
}

async function keepChanges(cache: QueryClient, connection: Connection, { onDetached }: Heard): Promise<Connection> {
  const before = fieldsOf(connection);
  try {
    const sent = draftOf(connection.id);
    const changes = changesOf(sent, before);
    if (!changes) return connection;
    const { connection: kept, detached } = await changeConnection(connection.id, changes);
    onDetached(detached);
    showConnection(cache, kept);
    const now = { before, after: fieldsOf(kept), version: versionOf({ connection: kept }) };
    keepDraft(connection.id, (later) => stillTyped(later, sent, now));
    return kept;
  } catch (error) {
    throw new NotKept(failureOf(error, "connection"));
  }
}

async function keepKey(id: string): Promise<void> {
  const sent = draftOf(id);
  if (!sent.key.trim()) return;
  try {
    await addKey(id, sent.key.trim(), sent.label.trim());
    keepDraft(id, (later) => withoutKey(later, sent));
  } catch (error) {
    throw new NotKept(failureOf(error, "key"));
  }
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return "proxy";
  }
}
