import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, it, vi } from "vitest";
import { chatQuery } from "@/api/chats";
import type { ComposerHandle } from "@/features/chat/Composer";
import { useChatCommands } from "@/features/chat/commands";
import type { Deeds } from "@/features/chat/deeds";
import { aChat, aMessage } from "@/features/chat/scenes";
import { commandsNow } from "@/ui/commands";

/** The commands of a chat into whose input something was typed. */
function offered(deeds: Partial<Deeds>, typed = "") {
  const chat = aChat();
  const cache = new QueryClient({ defaultOptions: { queries: { enabled: false, staleTime: Infinity } } });
  cache.setQueryData(chatQuery(chat.id).queryKey, chat);
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={cache}>{children}</QueryClientProvider>
  );
  const given = {
    chatId: chat.id,
    chat,
    composer: { current: { text: () => typed } as ComposerHandle },
    deeds: deeds as Deeds,
    isBusy: false,
    last: aMessage("m"),
    lastAnswer: null,
    onRegenerate: null,
    onContinue: null,
  };
  renderHook(() => useChatCommands(given), { wrapper });
  return (label: string) => commandsNow().find((each) => each.label === label);
}

it("has one's message written on from what stands in the input", () => {
  const impersonate = vi.fn();
  const command = offered({ impersonate }, "Typed a moment ago")("Impersonate: write my next message");

  if (command && "act" in command) command.act();

  expect(impersonate).toHaveBeenCalledExactlyOnceWith("Typed a moment ago");
});

it("names the end of what is shown as a branch or as a checkpoint", () => {
  const [branch, checkpoint] = [vi.fn(), vi.fn()];
  const named = offered({ branch, checkpoint });

  for (const label of ["Begin a branch here", "Set a checkpoint here"]) {
    const command = named(label);
    if (command && "take" in command) command.take("Elsewhere");
  }

  const last = expect.objectContaining({ id: "m" });
  expect(branch).toHaveBeenCalledExactlyOnceWith(last, "Elsewhere");
  expect(checkpoint).toHaveBeenCalledExactlyOnceWith(last, "Elsewhere");
});
