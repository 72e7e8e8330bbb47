import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { renderHook } from "@testing-library/react";
import { closeLine, openLine, restUnseen, useLine, useLive, type Live } from "@/api/live";
import { whenSignedOut } from "@/api/problems";

class Stream {
  static open: Stream[] = [];
  onerror: (() => void) | null = null;

  constructor(readonly url: string) {
    Stream.open.push(this);
  }

  heard = new Map<string, (message: { data: string }) => void>();

  addEventListener(type: string, hear: (message: { data: string }) => void) {
    this.heard.set(type, hear);
  }

  hello() {
    this.heard.get("hello")?.({ data: JSON.stringify({ version: "1", build: "b" }) });
  }

  close() {
    Stream.open = Stream.open.filter((each) => each !== this);
  }
}

function look(hidden: boolean) {
  vi.spyOn(document, "hidden", "get").mockReturnValue(hidden);
  document.dispatchEvent(new Event("visibilitychange"));
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", Stream);
  vi.stubGlobal("fetch", () => Promise.reject(new Error("away")));
});

afterEach(() => {
  closeLine();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it("takes a lost line up again, a little later each time", () => {
  openLine();
  Stream.open[0]?.onerror?.();
  expect(Stream.open).toHaveLength(0);

  vi.advanceTimersByTime(500);
  expect(Stream.open).toHaveLength(1);

  Stream.open[0]?.onerror?.();
  vi.advanceTimersByTime(500);
  expect(Stream.open).toHaveLength(0);
  vi.advanceTimersByTime(300);
  expect(Stream.open).toHaveLength(1);
});

it("rests while nobody looks, and is open again for whoever comes back", () => {
  const stop = restUnseen();
  openLine();

  look(true);
  vi.advanceTimersByTime(29_000);
  expect(Stream.open).toHaveLength(1);
  vi.advanceTimersByTime(2000);
  expect(Stream.open).toHaveLength(0);

  look(false);
  expect(Stream.open).toHaveLength(1);
  stop();
});

it("is lost where nobody answers, and not where the session is over", async () => {
  const ended = vi.fn();
  const stop = whenSignedOut(ended);
  const { result, rerender } = renderHook(useLine);
  openLine();
  Stream.open[0]?.hello();

  vi.stubGlobal("fetch", () => Promise.resolve(new Response("{}", { status: 401 })));
  Stream.open[0]?.onerror?.();
  await vi.advanceTimersByTimeAsync(0);
  rerender();
  expect(ended).toHaveBeenCalledTimes(1);
  expect(result.current).toBe("open");

  vi.stubGlobal("fetch", () => Promise.reject(new Error("away")));
  await vi.advanceTimersByTimeAsync(500);
  Stream.open[0]?.onerror?.();
  await vi.advanceTimersByTimeAsync(0);
  rerender();
  expect(ended).toHaveBeenCalledTimes(1);
  expect(result.current).toBe("lost");
  stop();
});

it("says whether something was missed before a greeting", () => {
  closeLine();
  const heard: Live[] = [];
  const hear = (event: Live) => void heard.push(event);
  renderHook(() => useLive(hear));
  openLine();
  Stream.open[0]?.hello();
  heard.length = 0;

  Stream.open[0]?.hello();
  Stream.open[0]?.onerror?.();
  vi.advanceTimersByTime(500);
  Stream.open[0]?.hello();

  expect(heard).toMatchObject([{ missed: false }, { missed: true }]);
});
