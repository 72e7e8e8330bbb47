/** The form of one connection: what is saved, what was typed, and saving it. */

import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { type Connection, changeConnection, connectionsQuery, modelsQuery } from "@/api/connections";
import { type Key, keysQuery } from "@/api/keys";
import { proxiesQuery } from "@/api/proxies";
import type { Source } from "@/api/sources";
import { runCheck } from "@/features/connections/checking";
import {
  type Draft,
  EMPTY,
  type Fields,
  edited,
  hasTypedProxy,
  unsaved,
} from "@/features/connections/draft";
import { keepDraft, useDraft } from "@/features/connections/drafts";
import { useFirstConnection } from "@/features/connections/first";
import { type Failure, NO_FAILURE, type Place, failureOf } from "@/features/connections/failure";
import {
  NotKept,
  keepAll,
  keepProxy,
  placeOf,
  savedOf,
  showConnection,
  versionOf,
} from "@/features/connections/keeping";
import { useProxyConsent } from "@/features/connections/proxyConsent";
import { told } from "@/lib/words";

export type ConnectionForm = ReturnType<typeof useConnectionForm>;

/** Return the form of `connection`, or of a new one of `source`. */
export function useConnectionForm(
  connection: Connection | null,
  source: Source,
  onAdded: (id: string) => void,
) {
  const cache = useQueryClient();
  const adopt = useFirstConnection();
  const formId = useId();
  const formed = { connection, source };
  const id = placeOf(formed);
  const draft = useDraft(id);
  const base = savedOf(formed);
  const fields: Fields = { ...base, ...draft.changes };
  const version = versionOf(formed);
  const [failure, setFailure] = useState<Failure>(NO_FAILURE);
  const [detached, setDetached] = useState<readonly Key[]>([]);
  const [saving, setSaving] = useState(false);
  const { asking, mayPass } = useProxyConsent();

  const onDetached = (keys: readonly Key[]) => setDetached((now) => [...now, ...keys]);
  const fail = (error: unknown) =>
    setFailure(error instanceof NotKept ? error.failure : failureOf(error, "connection"));
  const forget = (...places: Place[]) =>
    setFailure((now) => ({
      ...now,
      at: Object.fromEntries(Object.entries(now.at).filter(([at]) => !places.includes(at as Place))),
    }));

  const type = (typed: Partial<Fields>) => {
    forget(...(Object.keys(typed) as Place[]));
    keepDraft(id, (now) => edited(now, base, typed, version));
  };

  const typeKey = (typed: Partial<Pick<Draft, "key" | "label">>) => {
    forget("key");
    keepDraft(id, (now) => ({ ...now, ...typed }));
  };

  const typeProxy = (typed: Partial<Draft["proxy"]>) => {
    forget("url", "password", "proxy_name");
    keepDraft(id, (now) => ({ ...now, proxy: { ...now.proxy, ...typed } }));
  };

  const discard = () => {
    setFailure(NO_FAILURE);
    keepDraft(id, (now) => ({ ...EMPTY, source: now.source }));
  };

  /** Save the preset alone. Returns whether it was taken. */
  const saveProxy = () =>
    keepProxy(cache, formed, { onDetached }).then(
      () => true,
      (error: unknown) => {
        fail(error);
        return false;
      },
    );

  async function mayGoThrough(proxy: string | null): Promise<boolean> {
    if (proxy === null && !hasTypedProxy(draft)) return true;
    const presets = await cache.ensureQueryData(proxiesQuery);
    const url = draft.proxy.url ?? presets.find((preset) => preset.id === proxy)?.url;
    return !url || mayPass(url);
  }

  /** Save what was typed. Returns the connection, or `null` where it was refused. */
  async function save(): Promise<Connection | null> {
    setFailure(NO_FAILURE);
    setDetached([]);
    try {
      if (!(await mayGoThrough(fields.proxy))) return null;
      setSaving(true);
      const kept = await keepAll(cache, formed, { onAdded, onDetached });
      await cache.invalidateQueries({ queryKey: keysQuery.queryKey });
      return kept;
    } catch (error) {
      fail(error);
      return null;
    } finally {
      setSaving(false);
      void cache.invalidateQueries({ queryKey: connectionsQuery.queryKey, exact: true });
    }
  }

  async function connect(): Promise<void> {
    const kept = await save();
    if (!kept) return;
    await runCheck(cache, kept.id);
    adopt(kept);
  }

  /** Change something at once where the connection is saved, else with the rest. */
  async function choose(typed: Pick<Partial<Fields>, "model" | "bypass_status_check" | "show_external">) {
    if (!connection || !connection.settings) return type(typed);
    forget(...(Object.keys(typed) as Place[]));
    const { model = connection.model, ...settings } = typed;
    showConnection(cache, { ...connection, model, settings: { ...connection.settings, ...settings } });
    try {
      const { connection: kept } = await changeConnection(connection.id, typed);
      // Our own change must not make what is typed look late.
      keepDraft(id, (now) =>
        now.version === version ? { ...now, version: versionOf({ connection: kept }) } : now,
      );
      showConnection(cache, kept);
    } catch (error) {
      fail(error);
      showConnection(cache, connection);
    }
    if ("show_external" in typed || "bypass_status_check" in typed) {
      await cache.invalidateQueries({ queryKey: modelsQuery(connection.id).queryKey });
    }
  }

  /** Save what was typed upon what others made of the connection meanwhile. */
  function keepMine(): void {
    const newer = failure.newer?.version ?? null;
    keepDraft(id, (now) => ({ ...now, version: newer }));
    void save();
  }

  return {
    /** Of the form that Connect sends, for the fields in which Enter does so. */
    formId,
    connection,
    source,
    fields,
    draft,
    failure: { ...failure, at: toldAt(failure.at) },
    detached,
    saving,
    asking,
    unsaved: unsaved(draft),
    type,
    typeKey,
    typeProxy,
    choose,
    discard,
    save,
    saveProxy,
    connect,
    keepMine,
  };
}

const toldAt = (at: Failure["at"]): Failure["at"] =>
  Object.fromEntries(Object.entries(at).map(([place, message]) => [place, told(message)]));
