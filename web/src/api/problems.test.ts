import { expect, it, vi } from "vitest";
import { problemOf, whenSignedOut } from "@/api/problems";

/** A refusal as it comes from an address. */
function refusal(status: number, path: string): Response {
  const response = new Response(JSON.stringify({ detail: "No." }), { status });
  Object.defineProperty(response, "url", { value: path && `http://tapster.test${path}` });
  return response;
}

it("tells once somebody is no longer known, wherever that is heard", async () => {
  const ended = vi.fn();
  const stop = whenSignedOut(ended);

  await problemOf(refusal(401, "/api/messages/m1/swipe"));
  await problemOf(refusal(401, ""));
  expect(ended).toHaveBeenCalledTimes(2);

  stop();
  await problemOf(refusal(401, "/api/chats"));
  expect(ended).toHaveBeenCalledTimes(2);
});

it("takes neither a closed door nor another refusal for the end of a session", async () => {
  const ended = vi.fn();
  const stop = whenSignedOut(ended);

  await problemOf(refusal(401, "/api/session"));
  await problemOf(refusal(403, "/api/people"));

  expect(ended).not.toHaveBeenCalled();
  stop();
});
