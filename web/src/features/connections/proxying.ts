/** Going through a proxy: a preset is chosen, saved or deleted, once the person agreed to it. */

import { useQueryClient } from "@tanstack/react-query";
import { proxiesQuery } from "@/api/proxies";
import { runCheck } from "@/features/connections/checking";
import { NO_PROXY, hasTypedProxy } from "@/features/connections/draft";
import { type Chosen, type Formed, dropProxy, keepProxy } from "@/features/connections/keeping";
import type { Outcome } from "@/features/connections/outcome";
import { useProxyConsent } from "@/features/connections/proxyConsent";
import type { Typing } from "@/features/connections/typing";

type Ways = {
  typing: Typing;
  outcome: Outcome;
  /** Changes something of what is being formed; returns whether it was taken. */
  choose: (chosen: Chosen) => Promise<boolean>;
};

/** Return what leads what is being formed through a proxy. */
export function useProxying(formed: Formed, { typing, outcome, choose }: Ways) {
  const cache = useQueryClient();
  const { asking, mayPass } = useProxyConsent();
  const { connection } = formed;
  const { draft, fields } = typing;

  /** Ask whether what is sent may pass the proxy that was typed, or else the one chosen. */
  async function mayGoThrough(): Promise<boolean> {
    if (fields.proxy === null && !hasTypedProxy(draft)) return true;
    const presets = await cache.ensureQueryData(proxiesQuery);
    const url = draft.proxy.url ?? presets.find(({ id }) => id === fields.proxy)?.url;
    return !url || mayPass(url);
  }

  async function goThrough(proxy: string | null): Promise<void> {
    // As it is saved: another one that was to be saved with the rest is given up.
    if (proxy === connection?.settings?.proxy) typing.type({ proxy });
    else if (!(await choose({ proxy }))) return;
    check();
  }

  // A check finds the path to the API, with or without /v1, and has it kept.
  function check(): void {
    if (connection) void runCheck(cache, connection.id);
  }

  return {
    asking,
    mayGoThrough,
    /** Go through another preset, or through none (`null`). */
    chooseProxy: async (proxy: string | null): Promise<void> => {
      outcome.begin();
      try {
        const presets = await cache.ensureQueryData(proxiesQuery);
        const url = presets.find(({ id }) => id === proxy)?.url;
        // Where the connection is not saved yet, it is asked once it is.
        if (connection && url && !(await mayPass(url))) return;
        typing.typeProxy(NO_PROXY);
        await goThrough(proxy);
      } catch (error) {
        outcome.fail(error);
      }
    },
    /** Save the preset that was typed, and go through it. Returns whether it was taken. */
    saveProxy: async (): Promise<boolean> => {
      outcome.begin();
      try {
        if (!(await mayGoThrough())) return false;
        const { id } = await keepProxy(cache, formed, outcome);
        await goThrough(id);
        return true;
      } catch (error) {
        outcome.fail(error);
        return false;
      }
    },
    /** Delete a preset, and go through none where it was that one; throws where it is refused. */
    removeProxy: async (id: string): Promise<void> => {
      await dropProxy(cache, formed, id);
      check();
    },
  };
}
