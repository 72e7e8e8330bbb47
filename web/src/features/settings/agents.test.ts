import { expect, it } from "vitest";
import { agentOf } from "@/features/settings/agents";

it("a browser is called by its own name, not by those it claims too", () => {
  const claims = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36";

  expect(agentOf(`${claims} Edg/126.0`)).toBe("Edge, Windows");
  expect(agentOf(claims)).toBe("Chrome, Windows");
  expect(agentOf("curl/8.5.0")).toBe("curl/8.5.0");
  expect(agentOf("")).toBeNull();
});
