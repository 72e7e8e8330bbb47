import { expect, it } from "vitest";
import { sharesOf } from "@/features/response/sent";

it("parts of one kind are one share, in the order they come", () => {
  const shares = sharesOf([
    { label: "system prompt", role: "system", tokens: 10 },
    { label: "history", role: "user", tokens: 5 },
    { label: "history", role: "assistant", tokens: 7 },
    { label: "history", role: "user", tokens: 6 },
  ]);

  expect(shares.map(({ kind, count, tokens }) => [kind, count, tokens])).toEqual([
    ["system prompt", 1, 10],
    ["history/user", 2, 11],
    ["history/assistant", 1, 7],
  ]);
});
