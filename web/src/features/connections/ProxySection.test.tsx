import { useQuery } from "@tanstack/react-query";
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { connectionsQuery } from "@/api/connections";
import { ProxySection } from "@/features/connections/ProxySection";
import { dropDraft, keepDraft } from "@/features/connections/drafts";
import { PROXY, aConnection, show } from "@/features/connections/scenes";

const OTHER = { id: "p3", name: "other", url: "https://other.test/v1", created_at: 0 };
const SAVED = { id: "p2", name: "proxy.test:9", url: "https://proxy.test:9/v1", created_at: 0 };

// Who asks the server takes `fetch` as soon as it is loaded.
const server = vi.hoisted(() => {
  const asked: string[] = [];
  const answers: Record<string, unknown> = {};
  const refused = new Map<string, string>();
  const answer = async (request: Request) => {
    const said = `${request.method} ${new URL(request.url).pathname}`;
    const body = await request.text();
    if (request.method !== "GET") asked.push(`${said} ${body}`.trim());
    const detail = refused.get(said);
    if (detail) return new Response(JSON.stringify({ detail }), { status: 409 });
    if (!(said in answers)) return new Promise<Response>(() => undefined);
    const given = answers[said];
    const told: unknown = typeof given === "function" ? given(JSON.parse(body)) : given;
    return new Response(JSON.stringify(told), { status: 200 });
  };
  globalThis.fetch = answer as typeof fetch;
  return { asked, answers, refused };
});

beforeEach(() => {
  localStorage.clear();
  server.asked.length = 0;
  server.refused.clear();
  dropDraft("c1");
  server.answers["PATCH /api/connections/c1"] = (sent: { proxy: string | null }) => ({
    connection: aConnection({ proxy: sent.proxy, version: 2 }),
    detached: [],
  });
  server.answers["POST /api/proxies"] = SAVED;
});

it("goes through a preset as soon as it is chosen and agreed to, and is checked", async () => {
  const person = userEvent.setup();
  // What is typed elsewhere of the connection is not saved with it.
  keepDraft("c1", (draft) => ({ ...draft, changes: { endpoint: "http://half-typ" }, version: 1 }));
  show(<ProxySection connection={aConnection()} />);

  await person.click(screen.getByRole("combobox", { name: "Proxy preset" }));
  await person.click(await screen.findByRole("option", { name: PROXY.name }));
  const dialog = await screen.findByRole("dialog", { name: "Connect through this proxy?" });
  expect(dialog.textContent).toContain(PROXY.url);
  expect(server.asked).toEqual([]);
  await person.click(screen.getByRole("button", { name: "Yes, use it" }));

  await waitFor(() =>
    expect(server.asked).toEqual([
      'PATCH /api/connections/c1 {"proxy":"p1"}',
      "POST /api/connections/c1/check",
    ]),
  );
}, 30_000);

it("saves what was typed as a preset and goes through it", async () => {
  const person = userEvent.setup();
  show(<ProxySection connection={aConnection()} />);

  await person.click(screen.getByLabelText("Proxy Server URL"));
  await person.paste(SAVED.url);
  await person.click(screen.getByLabelText("Proxy Password"));
  await person.paste("a password");
  expect(screen.getByText("Whoever runs the proxy can read everything")).toBeTruthy();
  await person.click(screen.getByRole("button", { name: "Save preset" }));
  await person.click(await screen.findByRole("button", { name: "Yes, use it" }));

  const preset = { name: SAVED.name, url: SAVED.url, password: "a password" };
  await waitFor(() =>
    expect(server.asked).toEqual([
      `POST /api/proxies ${JSON.stringify(preset)}`,
      'PATCH /api/connections/c1 {"proxy":"p2"}',
      "POST /api/connections/c1/check",
    ]),
  );
  expect(screen.getByLabelText<HTMLInputElement>("Proxy Password").value).toBe("");
}, 30_000);

it("changes nothing where the person does not agree", async () => {
  const person = userEvent.setup();
  show(<ProxySection connection={aConnection()} />);

  await person.click(screen.getByLabelText("Proxy Server URL"));
  await person.paste(SAVED.url);
  await person.click(screen.getByRole("button", { name: "Save preset" }));
  await screen.findByRole("dialog", { name: "Connect through this proxy?" });
  await person.keyboard("{Escape}");

  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(server.asked).toEqual([]);
  expect(screen.getByLabelText<HTMLInputElement>("Proxy Server URL").value).toBe(SAVED.url);
}, 30_000);

/** The section of the connection there is by now. */
function Live() {
  const { data } = useQuery(connectionsQuery);
  return data?.[0] ? <ProxySection connection={data[0]} /> : null;
}

it("stays with a preset whose deletion is refused, and says so", async () => {
  const person = userEvent.setup();
  const connection = aConnection({ proxy: PROXY.id });
  server.answers["GET /api/proxies"] = [PROXY];
  server.refused.set(`DELETE /api/proxies/${PROXY.id}`, "Another connection goes through it.");
  show(<Live />, { connection });

  await person.click(screen.getByRole("button", { name: "Delete preset" }));
  await person.click(await screen.findByRole("button", { name: "Delete" }));

  const dialog = await screen.findByRole("dialog", { name: `Delete the preset ${PROXY.name}?` });
  await waitFor(() => expect(dialog.textContent).toContain("Another connection goes through it."));
  expect(server.asked).toEqual([
    'PATCH /api/connections/c1 {"proxy":null}',
    `DELETE /api/proxies/${PROXY.id}`,
    `PATCH /api/connections/c1 {"proxy":"${PROXY.id}"}`,
  ]);
  await person.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(screen.getByRole<HTMLInputElement>("combobox", { name: "Proxy preset" }).value).toBe(PROXY.name);

  await person.click(screen.getByRole("button", { name: "Delete preset" }));
  expect((await screen.findByRole("dialog")).textContent).not.toContain("Another connection");
}, 30_000);

it("leads to the provider itself where another preset was only to be saved", async () => {
  const person = userEvent.setup();
  keepDraft("c1", (draft) => ({ ...draft, changes: { proxy: PROXY.id }, version: 1 }));
  show(<ProxySection connection={aConnection()} />);
  const preset = screen.getByRole<HTMLInputElement>("combobox", { name: "Proxy preset" });
  expect(preset.value).toBe(PROXY.name);

  await person.click(preset);
  await person.click(await screen.findByRole("option", { name: "None" }));

  await waitFor(() => expect(preset.value).toBe("None"));
}, 30_000);

it("keeps what was typed of a preset where another one is not agreed to", async () => {
  const person = userEvent.setup();
  show(<ProxySection connection={aConnection({ proxy: PROXY.id })} />, { presets: [PROXY, OTHER] });

  await person.click(screen.getByLabelText("Proxy Password"));
  await person.paste("half a password");
  await person.click(screen.getByRole("combobox", { name: "Proxy preset" }));
  await person.click(await screen.findByRole("option", { name: OTHER.name }));
  await screen.findByRole("dialog", { name: "Connect through this proxy?" });
  await person.keyboard("{Escape}");

  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(screen.getByLabelText<HTMLInputElement>("Proxy Password").value).toBe("half a password");
  expect(server.asked).toEqual([]);
}, 30_000);

it("says that it does not know what to show, and asks again", async () => {
  const person = userEvent.setup();
  server.refused.set("GET /api/sources", "Not now.");
  show(<ProxySection connection={aConnection()} />, { sourcesKnown: false });

  expect((await screen.findByRole("alert")).textContent).toContain("Not now.");
  server.refused.clear();
  server.answers["GET /api/sources"] = [];
  await person.click(screen.getByRole("button", { name: "Retry" }));

  expect(await screen.findByText("This Tapster does not know the source “some”.")).toBeTruthy();
}, 30_000);

it("is told to whoever may not change it", () => {
  const connection = { ...aConnection(), proxy_preset: "friend" };
  delete connection.settings;
  show(<ProxySection connection={connection} />);

  expect(screen.getByText("“Mine” goes through the proxy preset “friend”.")).toBeTruthy();
  expect(screen.getByText("Whoever runs the proxy can read everything")).toBeTruthy();
  expect(screen.queryByRole("textbox")).toBeNull();
  expect(screen.queryByRole("button")).toBeNull();
});
