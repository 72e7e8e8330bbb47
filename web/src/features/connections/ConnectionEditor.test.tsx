import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, renderHook, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { type Connection, connectionsQuery, modelsQuery } from "@/api/connections";
import { keysQuery } from "@/api/keys";
import { USUAL, preferencesQuery } from "@/api/preferences";
import { proxiesQuery } from "@/api/proxies";
import type { Source } from "@/api/sources";
import { ConnectionEditor } from "@/features/connections/ConnectionEditor";
import { isAgreed } from "@/features/connections/agreedProxies";
import { useProxyConsent } from "@/features/connections/proxyConsent";

const PROXY = { id: "p1", name: "friend", url: "https://proxy.test/v1", created_at: 0 };

const SOURCE: Source = {
  id: "some",
  title: "Some",
  built_in: false,
  docs: "",
  endpoint: "https://api.test/v1",
  grants: false,
  key: "required",
  key_page: null,
  note: "",
  options: [],
  retired: null,
  settings: [],
  variables: [],
};

const CONNECTION: Connection = {
  id: "c1",
  slug: "mine",
  name: "Mine",
  source: "some",
  model: "m",
  api_type: "chat",
  ready_made: false,
  status: null,
  settings: {
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
    proxy: PROXY.id,
    show_external: false,
    timeouts: { connect: 10, idle: 600, total: 3600 },
    updated_at: 0,
    verify_tls: true,
    version: 1,
  },
};

function show() {
  const cache = new QueryClient({
    defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } },
  });
  cache.setQueryData(connectionsQuery.queryKey, [CONNECTION]);
  cache.setQueryData(modelsQuery(CONNECTION.id).queryKey, []);
  cache.setQueryData(keysQuery.queryKey, []);
  cache.setQueryData(proxiesQuery.queryKey, [PROXY]);
  cache.setQueryData(preferencesQuery.queryKey, USUAL);
  return render(
    <QueryClientProvider client={cache}>
      <MantineProvider>
        <ConnectionEditor
          connection={CONNECTION}
          source={SOURCE}
          sources={[SOURCE]}
          onChooseSource={() => {}}
          onAdded={() => {}}
        />
      </MantineProvider>
    </QueryClientProvider>,
  );
}

beforeEach(() => localStorage.clear());

describe("a proxy that was not agreed to", () => {
  it("is asked about although its part of the form is folded, and refused by Cancel", async () => {
    const person = userEvent.setup();
    show();

    await person.click(screen.getByRole("button", { name: "Connect" }));
    const dialog = await screen.findByRole("dialog", { name: "Connect through this proxy?" });
    const folded = screen.getByRole("button", { name: /Reverse Proxy/, hidden: true });
    const said = dialog.textContent;
    await person.keyboard("{Escape}");

    expect(folded.getAttribute("aria-expanded")).toBe("false");
    expect(said).toContain(PROXY.url);
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(isAgreed(PROXY.url)).toBe(false);
  }, 30_000);

  it("is not agreed to by leaving", async () => {
    const { result, unmount } = renderHook(() => useProxyConsent());

    const asked = result.current.mayPass(PROXY.url);
    unmount();

    expect(await asked).toBe(false);
    expect(isAgreed(PROXY.url)).toBe(false);
  });
});
