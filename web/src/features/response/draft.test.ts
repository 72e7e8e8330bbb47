import { describe, expect, it } from "vitest";
import type { SettingOffered } from "@/api/connections";
import {
  beginningOf,
  collides,
  foldedOf,
  idsOf,
  isOutside,
  mapOf,
  rowsOf,
  sliderOf,
  stepOf,
  stillTurned,
  valueOf,
  withTurned,
} from "@/features/response/draft";

const setting = (fields: Partial<SettingOffered>): SettingOffered => ({
  name: "temperature",
  title: "Temperature",
  meaning: "",
  kind: "number",
  choices: [],
  group: "",
  wire: null,
  refused: null,
  ...fields,
});

describe("withTurned", () => {
  it("leaves out what is not sent, and only that", () => {
    const kept = withTurned({ temperature: 1, top_p: 0.9, stop: null }, { temperature: null, n: 0 });

    expect(kept).toEqual({ top_p: 0.9, n: 0 });
  });

  it("sends false and zero, which are values", () => {
    const kept = withTurned({}, { logprobs: false, temperature: 0 });

    expect(kept).toEqual({ logprobs: false, temperature: 0 });
    expect(valueOf(kept, "temperature")).toBe(0);
    expect(valueOf(kept, "top_p")).toBeNull();
  });
});

describe("stillTurned", () => {
  it("keeps what was turned again while the first was on its way", () => {
    const sent = { temperature: 0.5, top_p: 0.9 };

    expect(stillTurned({ temperature: 0.7, top_p: 0.9 }, sent)).toEqual({ temperature: 0.7 });
  });
});

describe("collides", () => {
  it("is so only where the same setting was turned by both", () => {
    const before = { temperature: 1, stop: ["a"], top_p: null };

    expect(collides(before, { temperature: 1, stop: ["b"], n: 2 }, { temperature: 0.5 })).toBe(false);
    expect(collides(before, { temperature: 2, stop: ["a"] }, { temperature: 0.5 })).toBe(true);
    expect(collides(before, { temperature: 1, stop: ["b"] }, { stop: [] })).toBe(true);
    expect(collides(before, { top_p: 0.5 }, { top_p: 0.9 })).toBe(true);
    expect(collides(before, {}, { top_p: 0.9 })).toBe(false);
  });

  it("is not where both turned it to the same", () => {
    expect(collides({ temperature: 1 }, { temperature: 0.5 }, { temperature: 0.5 })).toBe(false);
  });
});

describe("a setting", () => {
  it("begins at what changes nothing, where there is such a value", () => {
    expect(beginningOf(setting({ neutral: 1 }))).toBe(1);
    expect(beginningOf(setting({ kind: "choice", choices: ["low", "medium", "high"] }))).toBe("medium");
    expect(beginningOf(setting({ kind: "integer", name: "max_tokens", low: 1, high: 512 }))).toBe(512);
    expect(beginningOf(setting({ kind: "integer", low: 128, high: 32768 }))).toBe(128);
  });

  it("begins at the usual value where the neutral one would do nothing", () => {
    expect(beginningOf(setting({ neutral: 0, usual: 0.8 }))).toBe(0.8);
    expect(beginningOf(setting({ kind: "ids" }))).toEqual([]);
    expect(beginningOf(setting({ kind: "json" }))).toEqual({});
    expect(beginningOf(setting({ kind: "code" }))).toBe("");
  });

  it("has a slider only between two ends", () => {
    expect(sliderOf(setting({ low: 0, high: 2 }))).toEqual([0, 2]);
    expect(sliderOf(setting({ kind: "integer", low: 1, high: null }))).toBeNull();
    expect(stepOf(setting({ low: 0, high: 2 }))).toBe(0.01);
    expect(stepOf(setting({ kind: "integer", low: 0, high: 500 }))).toBe(1);
  });

  it("tells a value the model has no room for", () => {
    expect(isOutside(2.1, setting({ low: 0, high: 2 }))).toBe(true);
    expect(isOutside(2, setting({ low: 0, high: 2 }))).toBe(false);
    expect(isOutside(99, setting({ low: 0, high: null }))).toBe(false);
  });
});

describe("foldedOf", () => {
  it("keeps what has no heading in sight, and the others in their order", () => {
    const named = (name: string, group: string) => setting({ name, group });
    const [inSight, folded] = foldedOf([
      named("temperature", ""),
      named("tfs", "More samplers"),
      named("dry_base", "Against repetition"),
      named("skew", "More samplers"),
    ]);

    expect(inSight.map((each) => each.name)).toEqual(["temperature"]);
    expect(folded.map(({ title, settings }) => [title, settings.map((each) => each.name)])).toEqual([
      ["More samplers", ["tfs", "skew"]],
      ["Against repetition", ["dry_base"]],
    ]);
  });
});

describe("idsOf", () => {
  it("keeps whole numbers, each once", () => {
    expect(idsOf(["13", " 13", "2x", "", "-1", "0"])).toEqual([13, 0]);
  });
});

describe("a map", () => {
  it("comes back as it was, without unfinished rows", () => {
    const map = { "1234": -100, "9": 5 };

    expect(mapOf(rowsOf(map))).toEqual(map);
    expect(mapOf([...rowsOf(map), { token: "", bias: 1 }, { token: "7", bias: "" }])).toEqual(map);
  });
});
