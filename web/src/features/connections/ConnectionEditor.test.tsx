import { renderHook, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Connection } from "@/api/connections";
import type { Source } from "@/api/sources";
import { ConnectionEditor } from "@/features/connections/ConnectionEditor";
import { isAgreed } from "@/features/connections/agreedProxies";
import { NEW, dropDraft } from "@/features/connections/drafts";
import { useProxyConsent } from "@/features/connections/proxyConsent";
import { PROXY, SOURCE, aConnection, show } from "@/features/connections/scenes";

// Who asks the server takes `fetch` as soon as it is loaded.
const server = vi.hoisted(() => {
  const posted: Record<string, unknown>[] = [];
  const answer = async (asked: Request) => {
    if (asked.method === "GET") return new Promise<Response>(() => undefined);
    posted.push({ path: new URL(asked.url).pathname, body: await asked.json() });
    return new Response(JSON.stringify({ detail: "Enough." }), { status: 400 });
  };
  globalThis.fetch = answer as typeof fetch;
  return { posted };
});

const editor = (connection: Connection | null, source: Source = SOURCE) => (
  <ConnectionEditor
    connection={connection}
    source={source}
    sources={[source]}
    onChooseSource={() => {}}
    onAdded={() => {}}
  />
);

beforeEach(() => {
  localStorage.clear();
  server.posted.length = 0;
  dropDraft(NEW);
});

describe("a proxy that was not agreed to", () => {
  it("is asked about although its part of the form is folded, and refused by Cancel", async () => {
    const person = userEvent.setup();
    const connection = aConnection({ proxy: PROXY.id });
    show(editor(connection), { connection });

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

describe("a key that the provider needs", () => {
  it("is asked for where there is none, and nothing is saved", async () => {
    const person = userEvent.setup();
    show(editor(null));

    await person.click(screen.getByRole("button", { name: "Connect" }));
    const field = screen.getByLabelText("Key");

    expect(document.activeElement).toBe(field);
    expect(screen.getByText("Some needs a key. Get one at keys.test and paste it here.")).toBeTruthy();
    expect(server.posted).toEqual([]);

    await person.type(field, "sk-1");
    expect(screen.queryByText(/needs a key/)).toBeNull();
  }, 30_000);

  it("is left out by whoever wants that, and the server finds a name", async () => {
    const person = userEvent.setup();
    show(editor(null));

    await person.click(screen.getByRole("button", { name: "Connect" }));
    await person.click(screen.getByRole("button", { name: "Save without a key" }));

    const said = { path: "/api/connections", body: { source: "some" } };
    await waitFor(() => expect(server.posted).toEqual([said]));
  }, 30_000);

  it("is not asked for where the source takes one or none", async () => {
    const person = userEvent.setup();
    show(editor(null, { ...SOURCE, key: "optional" }));

    await person.click(screen.getByRole("button", { name: "Connect" }));

    await waitFor(() => expect(server.posted).toHaveLength(1));
    expect(screen.queryByText(/needs a key/)).toBeNull();
  }, 30_000);
});

describe("the keys of a saved connection", () => {
  it("are not said to be missing while nobody knows", () => {
    show(editor(aConnection()), { keysKnown: false });

    expect(screen.getByRole("status", { name: "Loading the keys" })).toBeTruthy();
    expect(screen.queryByLabelText("Key")).toBeNull();
  });

  it("are asked for once it is known that there are none", () => {
    show(editor(aConnection()));

    expect(screen.getByLabelText("Key")).toBeTruthy();
  });
});

it("of a server at home says nothing of providers and what they cost", () => {
  const connection = aConnection();
  show(editor(connection, { ...SOURCE, endpoint: "http://127.0.0.1:5001/v1", key: "optional" }), { connection });

  expect(screen.getByText("Sends one short message.")).toBeTruthy();
  expect(screen.getByText(/It is the key this server was started with\.$/)).toBeTruthy();
});

it("of an option that a model in a browser has says that it is not set, for it is never sent", () => {
  const option = { name: "context", title: "Context", meaning: "", kind: "integer", choices: [], default: null, required: false };
  show(editor(null, { ...SOURCE, ability: "window.ai", key: "none", endpoint: null, options: [option as never] }));

  expect(screen.getByPlaceholderText("not set")).toBeTruthy();
});
