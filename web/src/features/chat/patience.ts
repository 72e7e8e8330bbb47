/** Asking again where the silence, or the machine between, may be over in a moment. */

import { ProblemError, Unreachable } from "@/api/problems";

const GATEWAY = [502, 503, 504];
const MAY_PASS = [401, 408, 429];

/** Whether nobody answered, or only what stands before the server did. */
export const isSilence = (error: unknown): boolean =>
  error instanceof Unreachable || (error instanceof ProblemError && GATEWAY.includes(error.status));

/** Whether the server refused what it was asked, so that it certainly did not do it. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof ProblemError &&
  error.status >= 400 &&
  error.status < 500 &&
  !MAY_PASS.includes(error.status);

/** Ask, and again after each of the pauses while there is only silence. */
export async function patiently<T>(
  ask: () => Promise<T>,
  pauses: readonly number[],
  wait: (time: number) => Promise<void>,
): Promise<T> {
  for (const pause of pauses) {
    try {
      return await ask();
    } catch (error) {
      if (!isSilence(error)) throw error;
      await wait(pause);
    }
  }
  return ask();
}
