/** The figures of an answer: what it took, in tokens, time and money. */

import type { Reply } from "@/api/messages";

export type Figures = {
  /** Tokens written. */
  output: number | null;
  /** Seconds from the request to the end. */
  seconds: number | null;
  /** Seconds until the first sign. */
  first: number | null;
  /** Tokens a second, from the first sign to the end. */
  pace: number | null;
  cost: number | null;
  estimated: boolean;
};

/** Return the seconds between two moments, where both are known. */
export const between = (from: number | null | undefined, to: number | null | undefined) =>
  from != null && to != null && to >= from ? to - from : null;

/** Return the figures of `reply`; what is not known is `null`. */
export function figuresOf({ usage, began_at, first_token_at, ended_at }: Reply): Figures {
  const output = usage?.output || null;
  const writing = between(first_token_at, ended_at);
  return {
    output,
    seconds: between(began_at, ended_at),
    first: between(began_at, first_token_at),
    pace: output !== null && writing !== null && writing > 0.05 ? output / writing : null,
    cost: usage?.cost ?? null,
    estimated: usage?.cost_estimated ?? false,
  };
}
