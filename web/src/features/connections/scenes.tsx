/** Connections as the tests of this folder show them. */

import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { type Connection, type ConnectionSettings, connectionsQuery, modelsQuery } from "@/api/connections";
import { type Key, keysQuery } from "@/api/keys";
import { USUAL, preferencesQuery } from "@/api/preferences";
import { type Proxy, proxiesQuery } from "@/api/proxies";
import { type Source, sourceQuery, sourcesQuery } from "@/api/sources";

export const PROXY: Proxy = { id: "p1", name: "friend", url: "https://proxy.test/v1", created_at: 0 };

export const SOURCE: Source = {
  id: "some",
  title: "Some",
  ability: null,
  built_in: false,
  control: null,
  docs: "",
  endpoint: "https://api.test/v1",
  grants: false,
  key: "required",
  key_page: "https://keys.test/make",
  note: "",
  options: [],
  retired: null,
  settings: [],
  variables: [],
};

const SETTINGS: ConnectionSettings = {
  bypass_status_check: false,
  created_at: 0,
  endpoint: null,
  environment: null,
  exclude_body: [],
  headers: {},
  include_body: {},
  notes: "",
  options: {},
  outbound_proxy: null,
  post_processing: null,
  proxy: null,
  show_external: false,
  timeouts: { connect: 10, idle: 600, total: 3600 },
  updated_at: 0,
  verify_tls: true,
  version: 1,
};

export const KEY: Key = {
  id: "k1",
  owner: "connection:c1",
  label: "",
  origin: "https://api.test",
  last4: "1111",
  fingerprint: "f",
  added_at: 0,
  rank: 0,
  state: "active",
};

/** Return a saved connection with other `settings` than usual. */
export const aConnection = (settings: Partial<ConnectionSettings> = {}): Connection => ({
  id: "c1",
  slug: "mine",
  name: "Mine",
  source: SOURCE.id,
  proxy_preset: null,
  model: "m",
  api_type: "chat",
  ready_made: false,
  status: null,
  settings: { ...SETTINGS, ...settings },
});

/** Show `element` to an admin with one `connection`, and no keys or none yet; return what is known. */
export function show(
  element: ReactNode,
  { connection = aConnection(), keysKnown = true, sourcesKnown = true, presets = [PROXY] as Proxy[] | null } = {},
) {
  const cache = new QueryClient({
    defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } },
  });
  if (sourcesKnown) cache.setQueryData(sourcesQuery.queryKey, [SOURCE]);
  cache.setQueryData(sourceQuery(SOURCE.id).queryKey, { ...SOURCE, catalogue: [] });
  cache.setQueryData(connectionsQuery.queryKey, [connection]);
  cache.setQueryData(modelsQuery(connection.id).queryKey, []);
  if (keysKnown) cache.setQueryData(keysQuery.queryKey, []);
  if (presets) cache.setQueryData(proxiesQuery.queryKey, presets);
  cache.setQueryData(preferencesQuery.queryKey, USUAL);
  render(
    <QueryClientProvider client={cache}>
      <MantineProvider env="test">{element}</MantineProvider>
    </QueryClientProvider>,
  );
  return cache;
}
