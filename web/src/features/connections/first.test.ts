import { describe, expect, it } from "vitest";
import { isFirst } from "@/features/connections/first";

const here = { id: "here", ready_made: true };
const mine = { id: "mine", ready_made: false };
const other = { id: "other", ready_made: false };

describe("the first connection", () => {
  it("is the only one that was saved, while nobody chose another", () => {
    expect(isFirst(mine, [mine, here], null)).toBe(true);
    expect(isFirst(mine, [mine, here], "long gone")).toBe(true);
  });

  it("is none where one was chosen, also what is ready-made, or where another was saved", () => {
    expect(isFirst(mine, [mine, here], "here")).toBe(false);
    expect(isFirst(mine, [mine, here], "mine")).toBe(false);
    expect(isFirst(mine, [mine, other, here], null)).toBe(false);
  });
});
