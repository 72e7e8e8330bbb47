import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderHook } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { type Me, meQuery } from "@/api/session";
import { usePlaces } from "@/app/commands";
import { commandsNow } from "@/ui/commands";

// Where one is led belongs to the pages, and there are none here.
vi.mock("@tanstack/react-router", () => ({ useNavigate: () => () => undefined }));

/** Return the places that are offered to `role`. */
function offeredTo(role: Me["role"]): string[] {
  const cache = new QueryClient();
  cache.setQueryData(meQuery.queryKey, { role } as Me);
  const { unmount } = renderHook(usePlaces, {
    wrapper: ({ children }) => <QueryClientProvider client={cache}>{children}</QueryClientProvider>,
  });
  const labels = commandsNow().map(({ label }) => label);
  unmount();
  return labels;
}

it("offers a new connection to who may make one", () => {
  expect(offeredTo("admin")).toContain("New connection");
  expect(offeredTo("member")).not.toContain("New connection");
  expect(offeredTo("member")).toContain("API Connections");
});
