import { expect, it, vi } from "vitest";
import type { Server } from "@/api/servers";
import { SOURCE, aConnection } from "@/features/connections/scenes";
import { leadingTo, sourceFor } from "@/features/connections/servers/using";

// Who asks the server takes `fetch` as soon as it is loaded.
vi.hoisted(() => {
  globalThis.fetch = () => new Promise<Response>(() => undefined);
});

const OWN = { ...SOURCE, endpoint: "http://127.0.0.1:5001" };
const OPEN = { ...SOURCE, id: "open", endpoint: null };
const found = (server: Partial<Server>): Server => ({
  address: "http://127.0.0.1:5001",
  message: "",
  models: [],
  sight: "ready",
  source: OWN.id,
  ...server,
});

it("connects a server as its own source, and one that nobody knows as any server", () => {
  expect(sourceFor(found({}), [OPEN, OWN])).toBe(OWN);
  expect(sourceFor(found({ source: null }), [OWN, OPEN])).toBe(OPEN);
});

it("knows the connection that leads to a server already", () => {
  const elsewhere = { ...aConnection({ endpoint: "http://127.0.0.1:9" }), id: "other" };

  expect(leadingTo(found({}), [elsewhere, aConnection()], [OWN])?.id).toBe("c1");
  expect(leadingTo(found({ address: "http://127.0.0.1:9" }), [elsewhere], [OWN])?.id).toBe("other");
  const otherwise = aConnection({ endpoint: "http://localhost:5001/v1/" });
  expect(leadingTo(found({}), [elsewhere, otherwise], [OWN])?.id).toBe("c1");
  expect(leadingTo(found({}), [elsewhere, aConnection({ proxy: "p1" })], [OWN])).toBeNull();
});
