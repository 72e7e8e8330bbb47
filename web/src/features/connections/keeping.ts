/** Saves what was typed into the form of a connection: its proxy preset, itself, its key. */

import type { QueryClient } from "@tanstack/react-query";
import { type Connection, addConnection, changeConnection, connectionsQuery } from "@/api/connections";
import { type Key, addKey, keysQuery } from "@/api/keys";
import { addProxy, changeProxy, proxiesQuery } from "@/api/proxies";
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
  cache.setQueryData(connectionsQuery.queryKey, (known) =>
    known?.some((each) => each.id === kept.id)
      ? known.map((each) => (each.id === kept.id ? kept : each))
      : [...(known ?? []), kept],
  );
}

/** Save all that was typed, and return the connection; throw `NotKept` where it was refused. */
export async function keepAll(cache: QueryClient, formed: Formed, heard: Heard): Promise<Connection> {
  if (hasTypedProxy(draftOf(placeOf(formed)))) await keepProxy(cache, formed, heard);
  const kept = formed.connection
    ? await keepChanges(cache, formed.connection, heard)
    : await keepNew(cache, formed.source, heard);
  if (formed.connection && !kept.settings?.proxy) await keepKey(kept.id);
  return kept;
}

/** Save the preset that was typed, and go through it. */
export async function keepProxy(
  cache: QueryClient,
  formed: Formed,
  { onDetached }: Pick<Heard, "onDetached">,
): Promise<void> {
  const place = placeOf(formed);
  const saved = savedOf(formed);
  const sent = draftOf(place);
  const goesThrough = sent.changes.proxy === undefined ? saved.proxy : sent.changes.proxy;
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
    keepDraft(place, (later) => {
      const rest = withoutProxy(later, sent);
      const another = later.changes.proxy !== sent.changes.proxy;
      return another ? rest : edited(rest, saved, { proxy: kept.proxy.id }, versionOf(formed));
    });
    await Promise.all([
      cache.fetchQuery({ ...proxiesQuery, staleTime: 0 }),
      cache.invalidateQueries({ queryKey: keysQuery.queryKey }),
    ]);
  } catch (error) {
    throw new NotKept(failureOf(error, "proxy"));
  }
}

async function keepNew(cache: QueryClient, source: Source, { onAdded }: Heard): Promise<Connection> {
  try {
    const presets = await cache.ensureQueryData(proxiesQuery);
    const others = await cache.ensureQueryData(connectionsQuery);
    const name = freeName(source.title, others.map((each) => each.name));
    const sent = draftOf(NEW);
    const kept = await addConnection(newBody(sent, source.id, name, presets));
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
    const presets = await cache.ensureQueryData(proxiesQuery);
    const sent = draftOf(connection.id);
    const changes = changesOf(sent, before, presets);
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
