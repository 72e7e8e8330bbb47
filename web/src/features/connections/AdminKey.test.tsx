import { act, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { type Key, keysQuery, ownerOfAdmin } from "@/api/keys";
import { AdminKey } from "@/features/connections/AdminKey";
import { KEY, show } from "@/features/connections/scenes";

// Who asks the server takes `fetch` as soon as it is loaded.
vi.hoisted(() => {
  globalThis.fetch = () => new Promise<Response>(() => undefined);
});

function kept(state: Key["state"]) {
  const cache = show(<AdminKey connection="c1" onKept={() => undefined} />);
  const key = { ...KEY, owner: ownerOfAdmin("c1"), state };
  act(() => void cache.setQueryData(keysQuery.queryKey, [{ key, owner_name: "Mine (admin key)" }] as never));
}

it("is not asked for while one is kept", async () => {
  kept("active");

  expect(await screen.findByText("…1111")).toBeTruthy();
  expect(screen.queryByLabelText("Admin key")).toBeNull();
});

it("says of one that is not sent any more why, beside the field for it", async () => {
  kept("detached");

  expect(await screen.findByText("detached")).toBeTruthy();
  expect(screen.getByLabelText("Admin key")).toBeTruthy();
});
