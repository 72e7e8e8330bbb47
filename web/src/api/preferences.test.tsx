import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { beforeEach, expect, it, vi } from "vitest";
import {
  type PreferenceChanges,
  type Preferences,
  USUAL,
  preferencesQuery,
  useChangePreferences,
} from "@/api/preferences";

type Asked = { changes: PreferenceChanges; answer: (kept: Preferences) => void; fail: () => void };

let cache: QueryClient;
let asked: Asked[];

const change = (changes: PreferenceChanges) =>
  new Promise<Preferences>((answer, reject) => {
    asked.push({ changes, answer, fail: () => reject(new Error("No.")) });
  });

const shown = () => cache.getQueryData(preferencesQuery.queryKey);

function begin() {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={cache}>{children}</QueryClientProvider>
  );
  return renderHook(() => useChangePreferences(change), { wrapper }).result.current;
}

beforeEach(() => {
  cache = new QueryClient();
  asked = [];
  cache.setQueryData(preferencesQuery.queryKey, USUAL);
});

it("does not jump back to what an earlier answer knows", async () => {
  const like = begin();
  act(() => {
    like({ font_size: 18 });
    like({ font_size: 20 });
  });
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  expect(shown()?.font_size).toBe(20);

  asked[0]?.answer({ ...USUAL, font_size: 18, version: 1 });
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  expect(shown()?.font_size).toBe(20);

  asked[1]?.answer({ ...USUAL, font_size: 20, version: 2 });
  await vi.waitFor(() => expect(shown()).toMatchObject({ font_size: 20, version: 2 }));
});

it("is read anew once the last change was refused", async () => {
  const like = begin();
  const read = vi.spyOn(cache, "invalidateQueries");
  act(() => like({ font_size: 18 }));
  await vi.waitFor(() => expect(asked).toHaveLength(1));

  asked[0]?.fail();

  await vi.waitFor(() => expect(read).toHaveBeenCalledWith({ queryKey: preferencesQuery.queryKey }));
});
