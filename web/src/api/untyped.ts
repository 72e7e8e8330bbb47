/** Asks for what the generated client has no shape of: files, and routes it does not know yet. */

import { Unreachable, problemOf } from "@/api/problems";

/** Return the JSON that `path` answers with; a refusal is thrown as `ProblemError`. */
export async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...init });
  } catch {
    throw new Unreachable();
  }
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as T;
}
