import { describe, expect, it } from "vitest";
import type { Connection } from "@/api/connections";
import { askedIn, usualOf } from "@/api/asked";

const connection = (id: string, updated_at: number | null, model: string | null = null) =>
  ({
    id,
    name: id,
    slug: id,
    source: "any",
    model,
    api_type: "chat",
    ready_made: updated_at === null,
    settings: { updated_at: updated_at ?? 0, environment: null },
  }) as unknown as Connection;

const OLD = connection("old", 1, "old-model");
const NEW = connection("new", 2, "new-model");
const BUILT_IN = connection("built-in", null);
const EVERY = [OLD, NEW, BUILT_IN];
const NONE = { connection: null, model: null };

describe("usualOf", () => {
  it("is the saved one changed last, else what is built in", () => {
    expect(usualOf(EVERY)).toBe(NEW);
    expect(usualOf([BUILT_IN])).toBe(BUILT_IN);
    expect(usualOf([])).toBeNull();
  });
});

describe("askedIn", () => {
  it("is the chat's own choice before all else", () => {
    const asked = askedIn({ connection: "old", model: "mine" }, { connection: "new", model: "x" }, EVERY);

    expect(asked).toEqual({ connection: OLD, model: "mine" });
  });

  it("is the connection's model where the chat names none", () => {
    expect(askedIn({ connection: "old", model: null }, NONE, EVERY).model).toBe("old-model");
  });

  it("is what the person prefers where no chat has begun", () => {
    expect(askedIn(null, { connection: "old", model: "x" }, EVERY)).toEqual({
      connection: OLD,
      model: "x",
    });
    expect(askedIn(null, NONE, EVERY).connection).toBe(NEW);
  });

  it("is the usual one where the preferred one is gone, without its model", () => {
    expect(askedIn(null, { connection: "gone", model: "x" }, EVERY)).toEqual({
      connection: NEW,
      model: "new-model",
    });
  });
});
