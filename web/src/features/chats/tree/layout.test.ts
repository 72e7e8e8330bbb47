import { describe, expect, it } from "vitest";
import type { Segment } from "@/api/trees";
import { drawn, rowAfter } from "@/features/chats/tree/layout";

const segment = (name: string, parent: string | null, on_path = false): Segment => ({
  first: `${name}-first`,
  last: name,
  parent,
  count: 2,
  role: "user",
  author: null,
  text: name,
  created_at: 0,
  ends_at: 0,
  names: [],
  on_path,
});

const FORKED = [
  segment("a", null, true),
  segment("b", "a"),
  segment("c", "a", true),
  segment("d", "c"),
  segment("e", "c", true),
];

describe("drawn", () => {
  it("keeps the shown path in the first lane and each branch in its own", () => {
    const { rows, lanes } = drawn(FORKED);

    expect(rows.map(({ segment: { last }, lane, depth }) => [last, lane, depth])).toEqual([
      ["a", 0, 0],
      ["c", 0, 1],
      ["e", 0, 2],
      ["d", 1, 2],
      ["b", 2, 1],
    ]);
    expect(lanes).toBe(3);
  });

  it("draws a line to every segment that hangs on another", () => {
    const { lines } = drawn(FORKED);

    expect(lines.map(({ from, to }) => `${from.segment.last}${to.segment.last}`)).toEqual([
      "ac",
      "ce",
      "cd",
      "ab",
    ]);
  });

  it("says which of its siblings a branch is", () => {
    const { rows } = drawn(FORKED);
    const c = rows.find((row) => row.segment.last === "c");

    expect([c?.place, c?.siblings]).toEqual([2, 2]);
  });

  it("shows what hangs on something that is not there", () => {
    expect(drawn([segment("x", "gone")]).rows).toHaveLength(1);
    expect(drawn([])).toEqual({ rows: [], lines: [], lanes: 0 });
  });

  it("takes a chain of thousands", () => {
    const chain = Array.from({ length: 5000 }, (_, at) =>
      segment(String(at), at ? String(at - 1) : null),
    );

    expect(drawn(chain)).toMatchObject({ lanes: 1 });
  });
});

describe("rowAfter", () => {
  it("goes up to the parent and down to the first below", () => {
    const drawing = drawn(FORKED);

    expect(rowAfter("ArrowLeft", 4, drawing)).toBe(0);
    expect(rowAfter("ArrowRight", 1, drawing)).toBe(2);
    expect(rowAfter("ArrowRight", 4, drawing)).toBe(4);
    expect(rowAfter("End", 0, drawing)).toBe(4);
    expect(rowAfter("ArrowDown", 4, drawing)).toBe(4);
    expect(rowAfter("x", 0, drawing)).toBeNull();
  });
});
