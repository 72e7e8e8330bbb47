/** Models on a server of one's own: how each stands, and what the server is doing with them. */

import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { type Schemas, answered, api } from "@/api/client";
import { modelsQuery } from "@/api/connections";

export type ServedModel = Schemas["ServedModel"];
export type ModelJob = Schemas["ModelJob"];
export type Progress = Schemas["Progress"];
export type JobWanted = Schemas["JobWanted"];
export type Deed = ModelJob["deed"];

const at = (id: string) => ({ params: { path: { connection_id: id } } });

// A server that loads or downloads for somebody else is asked again this often.
const AGAIN = 2000;
const MOVING: readonly unknown[] = ["loading", "downloading"];

/** Whether the server is at work on one of them, whoever asked for it. */
export const areMoving = (models: readonly ServedModel[] | undefined): boolean =>
  models?.some(({ state }) => MOVING.includes(state)) ?? false;

/** What the server has. It is asked itself, each time; for that, somebody has to have asked once. */
export const servedQuery = (id: string) =>
  queryOptions({
    queryKey: ["connections", id, "served"],
    queryFn: () => answered(api.GET("/api/connections/{connection_id}/served-models", at(id))),
    retry: false,
    refetchInterval: ({ state }) => (areMoving(state.data) ? AGAIN : false),
  });

/** What the server is doing, and what has ended lately; what is new of it comes by the line. */
export const modelJobsQuery = (id: string) =>
  queryOptions({
    queryKey: ["connections", id, "model-jobs"],
    queryFn: () => answered(api.GET("/api/connections/{connection_id}/model-jobs", at(id))),
  });

export const startModelJob = (id: string, body: JobWanted) =>
  answered(api.POST("/api/connections/{connection_id}/model-jobs", { ...at(id), body }));

export const stopModelJob = (id: string, job: string) =>
  answered(
    api.POST("/api/connections/{connection_id}/model-jobs/{job_id}/stop", {
      params: { path: { connection_id: id, job_id: job } },
    }),
  );

/** Take in how a job stands. At its end the models may be others, and stand otherwise. */
export function hearJob(cache: QueryClient, job: ModelJob): void {
  const { queryKey } = modelJobsQuery(job.connection);
  // Of one job alone the rest would not be asked for.
  if (cache.getQueryData(queryKey) === undefined) void cache.invalidateQueries({ queryKey });
  else cache.setQueryData(queryKey, (known) => withJob(known ?? [], job));
  if (job.state === "running") return;
  void cache.invalidateQueries({ queryKey: servedQuery(job.connection).queryKey });
  void cache.invalidateQueries({ queryKey: modelsQuery(job.connection).queryKey });
}

/** Return `jobs` with `job` as it is now; one that has ended does not run again. */
export function withJob(jobs: readonly ModelJob[], job: ModelJob): ModelJob[] {
  const before = jobs.find(({ id }) => id === job.id);
  if (!before) return [...jobs, job];
  if (before.state !== "running") return [...jobs];
  return jobs.map((each) => (each.id === job.id ? job : each));
}
