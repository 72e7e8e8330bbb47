import { expect, it, vi } from "vitest";
import { ProblemError, Unreachable } from "@/api/problems";
import { isRefusal, patiently } from "@/features/chat/patience";

const refused = (status: number) => new ProblemError(status, "No.");
const atOnce = async () => {};

it("asks again while a machine between says that the server is silent", async () => {
  const ask = vi.fn().mockRejectedValueOnce(refused(502)).mockRejectedValueOnce(new Unreachable()).mockResolvedValue("yes");

  await expect(patiently(ask, [1, 1], atOnce)).resolves.toBe("yes");
});

it("does not ask again what the server refused", async () => {
  const ask = vi.fn().mockRejectedValue(refused(422));

  await expect(patiently(ask, [1, 1], atOnce)).rejects.toThrow("No.");
  expect(ask).toHaveBeenCalledOnce();
});

it.each([401, 408, 429, 500, 502, 504])("takes %i for no answer: what was asked may be done", (status) => {
  expect(isRefusal(refused(status))).toBe(false);
});

it.each([400, 404, 409, 422])("takes %i for an answer", (status) => {
  expect(isRefusal(refused(status))).toBe(true);
});
