import { renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { useRest } from "@/features/chat/resting";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const see = (isSeen: boolean) => {
  vi.spyOn(document, "hidden", "get").mockReturnValue(!isSeen);
  document.dispatchEvent(new Event("visibilitychange"));
};
const aSleeper = () => ({ rest: vi.fn(), isResting: vi.fn(() => false), catchUp: vi.fn(async () => {}) });

it("rests once nobody has looked for a while, and catches up when somebody does", () => {
  const living = aSleeper();
  renderHook(() => useRest(living, false));

  see(false);
  vi.advanceTimersByTime(29_000);
  expect(living.rest).not.toHaveBeenCalled();
  vi.advanceTimersByTime(2000);
  expect(living.rest).toHaveBeenCalledOnce();
  living.isResting.mockReturnValue(true);
  see(true);

  expect(living.catchUp).toHaveBeenCalledOnce();
});

it("does not rest while a message waits for the end, and does when it is gone", () => {
  const living = aSleeper();
  const { rerender } = renderHook(({ awaited }) => useRest(living, awaited), { initialProps: { awaited: true } });

  see(false);
  vi.advanceTimersByTime(60_000);
  expect(living.rest).not.toHaveBeenCalled();
  rerender({ awaited: false });
  vi.advanceTimersByTime(31_000);

  expect(living.rest).toHaveBeenCalledOnce();
});
