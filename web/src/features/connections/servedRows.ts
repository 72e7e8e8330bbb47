/** What is shown of the models on a server: each with what is being done with it. */

import type { ModelJob, Progress, ServedModel } from "@/api/served";

export type ServedRowShown = {
  model: ServedModel;
  /** What runs, or ended last, with this model. */
  job: ModelJob | null;
};

/** Return a row for each model, and one for each that only a job knows of, such as a download. */
export function rowsOf(models: readonly ServedModel[], jobs: readonly ModelJob[]): ServedRowShown[] {
  const rows = models.map((model) => ({ model, job: lastOf(jobs, model.id) }));
  const listed = new Set(models.map(({ id }) => id));
  const others = [...new Set(jobs.map(({ model }) => model))].filter((id) => !listed.has(id));
  const unlisted = others.map((id) => ({ model: { id }, job: lastOf(jobs, id, isNewsAlone) }));
  return [...unlisted.filter(({ job }) => job), ...rows];
}

/** Return how much of it is done, from 0 to 100; `null` where that is not known. */
export function shareOf({ done, total }: Progress): number | null {
  return done == null || !total ? null : Math.min(100, (100 * done) / total);
}

/** Whether there is something to say of a job beside the state of its model. */
const isOfNote = (job: ModelJob): boolean => job.state === "running" || job.message != null;

/** Whether there is something to say of a job whose model is in no list. */
const isNewsAlone = (job: ModelJob): boolean => isOfNote(job) || isFetched(job);

/** Whether a job is a download that is done. */
export const isFetched = (job: ModelJob): boolean => job.deed === "download" && job.state === "done";

function lastOf(jobs: readonly ModelJob[], model: string, isNews = isOfNote): ModelJob | null {
  const last = jobs.filter((job) => job.model === model).at(-1);
  return last && isNews(last) ? last : null;
}
