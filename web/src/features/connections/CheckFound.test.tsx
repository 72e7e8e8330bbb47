import { screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { CheckFound } from "@/features/connections/CheckFound";
import { PROXY, aConnection, show } from "@/features/connections/scenes";

// Who asks the server takes `fetch` as soon as it is loaded.
vi.hoisted(() => {
  globalThis.fetch = () => new Promise<Response>(() => undefined);
});

/** A connection through the preset, which was found to work at `endpoint`. */
const foundAt = (endpoint: string) => ({
  ...aConnection({ proxy: PROXY.id }),
  status: { at: 1, state: "ready" as const, message: "Ready.", endpoint, tried: [] },
});
const found = (endpoint: string) => <CheckFound connection={foundAt(endpoint)} elapsed={0} changed />;

it("offers an address that works where it is not the one that is used", () => {
  show(found("https://proxy.test/api/v1"));

  expect(screen.getByRole("button", { name: "Use it" })).toBeTruthy();
});

it("offers no address before it knows which one is used", () => {
  show(found(PROXY.url), { presets: null });

  expect(screen.getByText(/Ready/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Use it" })).toBeNull();
});
