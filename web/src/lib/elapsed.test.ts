import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { useElapsed } from "@/lib/elapsed";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const pass = (time: number) => act(() => vi.advanceTimersByTime(time));

it("counts from when something runs, and is nought when it ends", () => {
  const { result, rerender } = renderHook(({ running }) => useElapsed(running), { initialProps: { running: false } });
  pass(5000);
  expect(result.current).toBe(0);

  rerender({ running: true });
  pass(2100);
  expect(result.current).toBe(2);
  rerender({ running: false });

  expect(result.current).toBe(0);
});

it("counts from a moment that was before", () => {
  const before = Date.now() - 3500;
  const { result } = renderHook(() => useElapsed(true, before));
  expect(result.current).toBe(3);

  pass(1000);

  expect(result.current).toBe(4);
});
