import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import { type ModelJob, hearJob, modelJobsQuery, withJob } from "@/api/served";
import { rowsOf, shareOf } from "@/features/connections/servedRows";

const job = (fields: Partial<ModelJob>): ModelJob => ({
  id: "j",
  connection: "c",
  deed: "load",
  model: "a",
  state: "running",
  message: null,
  started_at: 0,
  ended_at: null,
  ...fields,
});

describe("the rows of a server's models", () => {
  it("show what is being done with each, and what only a download knows of", () => {
    const loading = job({});
    const download = job({ id: "d", deed: "download", model: "new" });

    const rows = rowsOf([{ id: "a" }, { id: "b" }], [loading, download]);

    expect(rows).toEqual([
      { model: { id: "new" }, job: download },
      { model: { id: "a" }, job: loading },
      { model: { id: "b" }, job: null },
    ]);
  });

  it("do not tell of what ended well, and tell the last of what did not", () => {
    const done = job({ state: "done" });
    const failed = job({ id: "f", state: "failed", message: "No." });

    expect(rowsOf([{ id: "a" }], [failed, done])).toEqual([{ model: { id: "a" }, job: null }]);
    expect(rowsOf([{ id: "a" }], [done, failed])).toEqual([{ model: { id: "a" }, job: failed }]);
  });

  it("tell of a download that is done until the model is in the list", () => {
    const done = job({ deed: "download", state: "done" });

    expect(rowsOf([], [done])).toEqual([{ model: { id: "a" }, job: done }]);
    expect(rowsOf([{ id: "a" }], [done])).toEqual([{ model: { id: "a" }, job: null }]);
    expect(rowsOf([], [job({ state: "done" })])).toEqual([]);
  });
});

describe("how far a job is", () => {
  it.each([
    [{ unit: "bytes", done: 1, total: 4 } as const, 25],
    [{ unit: "bytes", done: 5, total: 4 } as const, 100],
    [{ unit: "bytes", done: 0, total: 0 } as const, null],
    [{ unit: "bytes" } as const, null],
  ])("is %j", (progress, share) => {
    expect(shareOf(progress)).toBe(share);
  });

  it("is what was heard last, and nothing after its end", () => {
    const ended = job({ state: "done" });

    expect(withJob([], ended)).toEqual([ended]);
    expect(withJob([job({})], ended)).toEqual([ended]);
    expect(withJob([ended], job({}))).toEqual([ended]);
  });

  it("is not taken for all there are where the others are not known", () => {
    const cache = new QueryClient();
    const known = () => cache.getQueryData(modelJobsQuery("c").queryKey);

    hearJob(cache, job({}));
    expect(known()).toBeUndefined();
    cache.setQueryData(modelJobsQuery("c").queryKey, []);
    hearJob(cache, job({}));
    expect(known()).toEqual([job({})]);
  });
});
