import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, it, vi } from "vitest";
import { chatQuery } from "@/api/chats";
import { ProblemError } from "@/api/problems";
import { useRename } from "@/features/chat/renaming";
import { aChat } from "@/features/chat/scenes";

const CHAT = aChat({ title: "Old", version: 7 });

/** What renames the chat, and the chat as it is known. */
function aRename(change: NonNullable<Parameters<typeof useRename>[0]>) {
  const cache = new QueryClient();
  const { queryKey } = chatQuery(CHAT.id);
  cache.setQueryData(queryKey, CHAT);
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={cache}>{children}</QueryClientProvider>
  );
  const rename = renderHook(() => useRename(change), { wrapper }).result.current;
  return { rename, known: () => cache.getQueryState(queryKey) };
}

it("renames the version that is shown", async () => {
  const change = vi.fn(async () => ({ ...CHAT, title: "New", version: 8 }));
  const { rename, known } = aRename(change);

  rename({ chat: CHAT, title: "New" });

  await waitFor(() => expect(known()?.data?.title).toBe("New"));
  expect(change).toHaveBeenCalledExactlyOnceWith("chat", { title: "New", version: 7 });
});

it("reads the chat anew where somebody was faster", async () => {
  const { rename, known } = aRename(vi.fn().mockRejectedValue(new ProblemError(409, "It was renamed.")));

  rename({ chat: CHAT, title: "New" });

  await waitFor(() => expect(known()?.isInvalidated).toBe(true));
  expect(known()?.data?.title).toBe("Old");
});
