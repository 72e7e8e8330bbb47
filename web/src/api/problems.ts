/** What goes wrong when the server is asked: its own problem details, or silence. */

/** The server refused; `message` is its sentence with the way out. */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly code: string = "",
    /** What in the request was wrong. */
    readonly field: string | null = null,
    /** What the thing is by now, where a change came too late. */
    readonly newer: unknown = null,
    readonly requestId: string | null = null,
    /** Seconds until it is worth another try. */
    readonly retryAfter: number | null = null,
  ) {
    super(message);
    this.name = "ProblemError";
  }
}

/** Nobody answered. */
export class Unreachable extends Error {
  constructor() {
    super("Tapster does not answer.");
    this.name = "Unreachable";
  }
}

const ended = new Set<() => void>();

/** Have `listener` told whenever the server no longer knows who asks. Return how to stop. */
export function whenSignedOut(listener: () => void): () => void {
  ended.add(listener);
  return () => void ended.delete(listener);
}

/** Say that the server no longer knows who asks. */
export function tellSignedOut(): void {
  for (const listener of ended) listener();
}

// At the door itself a refusal says no more than that: not that somebody was in.
const isAtDoor = ({ url }: Response) => url !== "" && new URL(url).pathname === "/api/session";

/** Return the error that `response` stands for. */
export async function problemOf(response: Response): Promise<ProblemError> {
  if (response.status === 401 && !isAtDoor(response)) tellSignedOut();
  const retry = Number(response.headers.get("retry-after"));
  const after = Number.isFinite(retry) && retry > 0 ? retry : null;
  const body: unknown = await response.json().catch(() => null);
  if (typeof body === "object" && body !== null && "detail" in body) {
    const told = body as Record<string, unknown>;
    return new ProblemError(
      response.status,
      String(told.detail),
      typeof told.code === "string" ? told.code : "",
      typeof told.field === "string" ? told.field : null,
      told.newer ?? null,
      typeof told.request_id === "string" ? told.request_id : null,
      after,
    );
  }
  return new ProblemError(
    response.status,
    `The server answered ${response.status} without a reason.`,
    "",
    null,
    null,
    response.headers.get("x-request-id"),
    after,
  );
}

/** Whether `error` says that there is no such thing, or none that one may see. */
export function isMissing(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 404;
}

/** Whether `error` says that one has to sign in. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 401;
}

/** Return the sentence a person reads. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
