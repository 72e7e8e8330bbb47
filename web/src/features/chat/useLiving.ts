/** The living conversation of a chat, opened, and kept up with what happens elsewhere. */

import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";
import { chatQuery } from "@/api/chats";
import { type Live, useLine, useLive } from "@/api/live";
import type { Living } from "@/features/chat/living";
import { keepLiving, livingOf } from "@/features/chat/livings";
import { useRest } from "@/features/chat/resting";
import { type Situation, UNOPENED } from "@/features/chat/situation";
import { showTrouble } from "@/ui/toasts";

const POLLED_EVERY = 2000;
const READ_SOON = 150;
const NOT_THERE = "The message that was looked for is not here any more. This is the end of the chat.";

const UNBEGUN: Situation = { ...UNOPENED, opening: "done" };
const nobody = () => () => {};

/** Return what `select` takes of how a conversation stands; drawn anew only when that changes. */
export function useSituation<T>(living: Living | null, select: (situation: Situation) => T): T {
  return useSyncExternalStore(living?.watch ?? nobody, () => select(living?.situation() ?? UNBEGUN));
}

/** Return the conversation; `null` is the chat that has not begun. While its end `isAwaited`, it does
 * not rest.
 */
export function useLiving(chatId: string | null, focus: string | null, isAwaited: boolean): Living | null {
  const cache = useQueryClient();
  const living = useMemo(() => (chatId === null ? null : livingOf(chatId)), [chatId]);

  useEffect(() => {
    if (!living) return;
    keepLiving(living);
    if (focus === null && living.situation().opening === "done") {
      void living.catchUp();
    } else {
      void living.open(focus).then(() => {
        const { now, opening } = living.situation();
        const isThere = focus === null || now.messages.some(({ id }) => id === focus);
        if (opening === "done" && !isThere) showTrouble(new Error(NOT_THERE));
      });
    }
  }, [living, focus]);

  const chat = useSituation(living, ({ now }) => now.chat);
  useEffect(() => {
    if (!chat) return;
    const { queryKey } = chatQuery(chat.id);
    cache.setQueryData(queryKey, (known) => {
      const isOlder = known && (known.version > chat.version || known.updated_at > chat.updated_at);
      // Only where the chat ends is known here first.
      return isOlder || (known && known.version === chat.version) ? { ...known, head: chat.head } : chat;
    });
  }, [chat, cache]);

  useElsewhere(living);
  useRest(living, isAwaited);
  return living;
}

/** Take in what other windows do to the chat. */
function useElsewhere(living: Living | null): void {
  const line = useLine();
  useLive(
    useCallback(
      (event: Live) => {
        if (!living) return;
        if (event.type === "hello") void living.catchUp();
        if (!("chat_id" in event) || event.chat_id !== living.chatId) return;
        if (event.type === "run-started") void living.followRun(event.run_id);
        if (event.type === "chat-changed" && !event.deleted) {
          setTimeout(() => void living.refresh().catch(() => undefined), READ_SOON);
        }
      },
      [living],
    ),
  );

  useEffect(() => {
    if (!living || line === "open") return;
    const look = () => {
      if (!document.hidden) void living.look();
    };
    const timer = setInterval(look, POLLED_EVERY);
    window.addEventListener("focus", look);
    return () => {
      clearInterval(timer);
      window.removeEventListener("focus", look);
    };
  }, [living, line]);
}
