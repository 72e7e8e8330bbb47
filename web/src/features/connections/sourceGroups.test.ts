import { describe, expect, it } from "vitest";
import type { Source } from "@/api/sources";
import { groupedSources, openSource } from "@/features/connections/sourceGroups";

const source = (title: string, rest: Partial<Source> = {}) =>
  ({ id: title, title, endpoint: null, built_in: false, retired: null, ...rest }) as Source;

const written = (sources: Source[]) =>
  groupedSources(sources).map(({ kind, sources }) => [kind, ...sources.map(({ title }) => title)]);

describe("groupedSources", () => {
  it("takes what stands before the sorted rest as common", () => {
    const all = ["Zebra", "Yak", "Middle", "ant", "Bee", "Cow"].map((title) => source(title));

    expect(written(all)).toEqual([
      ["common", "Zebra", "Yak", "Middle"],
      ["others", "ant", "Bee", "Cow"],
    ]);
  });

  it("sets apart what runs here and what is retired", () => {
    const all = [
      source("Z"),
      source("A"),
      source("Built in", { built_in: true }),
      source("B"),
      source("Gone", { retired: "It was shut down." }),
    ];

    expect(written(all)).toEqual([
      ["common", "Z"],
      ["others", "A", "B"],
      ["here", "Built in"],
      ["retired", "Gone"],
    ]);
  });

  it("sets apart the servers one runs oneself", () => {
    const all = ["Z", "A", "B", "D"].map((title) => source(title, { endpoint: "https://api.test" }));
    all.splice(3, 0, source("C", { endpoint: "http://127.0.0.1:1234" }));

    expect(written(all)).toEqual([
      ["common", "Z"],
      ["local", "C"],
      ["others", "A", "B", "D"],
    ]);
  });

  it("has no empty group", () => {
    expect(groupedSources([])).toEqual([]);
  });
});

describe("openSource", () => {
  it("is the first that has no address of its own", () => {
    const sources = [
      source("Here", { endpoint: null, built_in: true }),
      source("Fixed", { endpoint: "https://api.test" }),
      source("Any", { endpoint: null }),
      source("Other", { endpoint: null }),
    ];

    expect(openSource(sources)?.title).toBe("Any");
    expect(openSource(sources.slice(0, 2))).toBeNull();
  });
});
