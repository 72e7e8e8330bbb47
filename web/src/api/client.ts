/** Asks the server: the client generated from its OpenAPI document, with problems as errors. */

import createClient, { type Middleware } from "openapi-fetch";
import { ProblemError, Unreachable, problemOf } from "@/api/problems";
import type { components, paths } from "@/api/schema";

export type Schemas = components["schemas"];

const told: Middleware = {
  async onResponse({ response }) {
    if (!response.ok) throw await problemOf(response);
    return undefined;
  },
  onError({ error }) {
    return error instanceof ProblemError ? error : new Unreachable();
  },
};

export const api = createClient<paths>({ baseUrl: "/", credentials: "same-origin" });
api.use(told);

/** Return what an answer holds. A refusal was thrown already, as `ProblemError`. */
export async function answered<T>(asked: Promise<{ data?: T }>): Promise<T> {
  return (await asked).data as T;
}
