/** The form of one connection: what is saved, what was typed, and saving it. */

import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { type Connection, connectionsQuery } from "@/api/connections";
import { keysQuery } from "@/api/keys";
import type { Source } from "@/api/sources";
import { runCheck } from "@/features/connections/checking";
import { lacksKey, unsaved } from "@/features/connections/draft";
import { type Place, toldOf } from "@/features/connections/failure";
import { useFirstConnection } from "@/features/connections/first";
import { type Chosen, keepAll, keepAtOnce } from "@/features/connections/keeping";
import { useOutcome } from "@/features/connections/outcome";
import { useOwnKeys } from "@/features/connections/ownKeys";
import { useProxying } from "@/features/connections/proxying";
import { useTyping } from "@/features/connections/typing";

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
  const keyId = useId();
  const formed = { connection, source };
  const outcome = useOutcome();
  const typing = useTyping(formed, outcome.forget);
  const { mayGoThrough, ...proxying } = useProxying(formed, { typing, outcome, choose });
  const keys = useOwnKeys(connection?.id ?? null);
  const [saving, setSaving] = useState(false);
  const [keyWanted, setKeyWanted] = useState(false);
  const { draft, fields } = typing;
  const keyLacks = keys.known !== null && lacksKey(source, draft, fields, keys.known);

  /** Change something at once where the connection is saved, else with the rest. */
  async function choose(chosen: Chosen): Promise<boolean> {
    if (!connection?.settings) {
      typing.type(chosen);
      return true;
    }
    outcome.forget(Object.keys(chosen) as Place[]);
    try {
      await keepAtOnce(cache, connection, chosen);
      return true;
    } catch (error) {
      outcome.fail(error);
      return false;
    }
  }

  /** Save what was typed. Returns the connection, or `null` where it was refused. */
  async function save(): Promise<Connection | null> {
    outcome.begin();
    setKeyWanted(false);
    try {
      if (!(await mayGoThrough())) return null;
      setSaving(true);
      const kept = await keepAll(cache, formed, { onAdded, onDetached: outcome.onDetached });
      await cache.invalidateQueries({ queryKey: keysQuery.queryKey });
      return kept;
    } catch (error) {
      outcome.fail(error);
      return null;
    } finally {
      setSaving(false);
      void cache.invalidateQueries({ queryKey: connectionsQuery.queryKey, exact: true });
    }
  }

  /** Save what was typed, and check it. Without the key it needs, that is asked for instead. */
  async function connect(): Promise<void> {
    if (keyLacks) {
      outcome.begin();
      setKeyWanted(true);
      document.getElementById(keyId)?.focus();
      return;
    }
    const kept = await save();
    if (!kept) return;
    await runCheck(cache, kept.id);
    adopt(kept);
  }

  function discard(): void {
    outcome.begin();
    setKeyWanted(false);
    typing.clear();
  }

  /** Save what was typed upon what others made of the connection meanwhile. */
  function keepMine(): void {
    typing.rebase(outcome.failure.newer?.version ?? null);
    void save();
  }

  return {
    /** Of the form that Connect sends, for the fields in which Enter does so. */
    formId,
    /** Of the field of the key, which takes the focus where it lacks one. */
    keyId,
    connection,
    source,
    ...typing,
    ...proxying,
    keys,
    /** Whether Connect was pressed without the key that the provider needs. */
    needsKey: keyWanted && keyLacks,
    failure: toldOf(outcome.failure),
    detached: outcome.detached,
    saving,
    unsaved: unsaved(draft),
    choose,
    discard,
    save,
    connect,
    keepMine,
  };
}
