import { useQuery } from "@tanstack/react-query";
import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { afterEach, expect, it, vi } from "vitest";
import { type Connection, connectionsQuery } from "@/api/connections";
import { CheckFound } from "@/features/connections/CheckFound";
import { KeyRow } from "@/features/connections/KeyRow";
import { runCheck } from "@/features/connections/checking";
import { KEY, aConnection, show } from "@/features/connections/scenes";
import { speak } from "@/lib/words";
import ofTheServer from "@/lib/words/sentences.json";

// Who asks the server takes `fetch` as soon as it is loaded.
const server = vi.hoisted(() => {
  const answers: Record<string, unknown> = {};
  globalThis.fetch = (async (request: Request) => {
    const said = `${request.method} ${new URL(request.url).pathname}`;
    if (!(said in answers)) return new Promise<Response>(() => undefined);
    return new Response(JSON.stringify(answers[said]), { status: 200 });
  }) as typeof fetch;
  return { answers };
});

const GRANTED = "granted in the browser";

/** What is shown of the connection there is just now. */
function Known({ children }: { children: (connection: Connection | null) => ReactNode }) {
  return children(useQuery(connectionsQuery).data?.[0] ?? null);
}

afterEach(() => speak("en"));

it("leaves the name a person gave a key as it is, and translates the server's", async () => {
  await speak("de");
  show(
    <>
      <KeyRow known={{ ...KEY, label: "Settings" }} others={false} first />
      <KeyRow known={{ ...KEY, label: GRANTED }} others={false} first />
    </>,
  );

  expect(screen.getByText("Settings")).toBeTruthy();
  expect(screen.getByText("im Browser gewährt")).toBeTruthy();
  expect(ofTheServer).toContain(GRANTED);
});

it("forgets what was found with the key that is replaced", async () => {
  const person = userEvent.setup();
  const refused = { state: "key_refused" as const, message: "The key was refused.", tried: [] };
  const before = { ...aConnection(), status: { ...refused, at: 1 } };
  server.answers["POST /api/connections/c1/check"] = refused;
  server.answers["GET /api/connections"] = [before];
  server.answers["PUT /api/keys/k1"] = { ...KEY, last4: "2222" };
  const cache = show(
    <>
      <KeyRow known={KEY} others={false} first />
      <Known>{(connection) => <CheckFound connection={connection} elapsed={0} changed={false} />}</Known>
    </>,
    { connection: before },
  );
  void runCheck(cache, "c1");
  expect(await screen.findByText(/was refused/)).toBeTruthy();

  server.answers["GET /api/connections"] = [aConnection()];
  await person.click(screen.getByRole("button", { name: "Replace the key …1111" }));
  await person.type(screen.getByLabelText("New key"), "sk-2222");
  await person.click(screen.getByRole("button", { name: "Replace" }));

  expect(await screen.findByText("Not checked yet.")).toBeTruthy();
}, 30_000);
