/** What can be done with the messages of a chat, each with the way back. */

import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import * as messages from "@/api/messages";
import type { Message, Wished } from "@/api/messages";
import { ProblemError } from "@/api/problems";
import { isRunning } from "@/features/chat/conversation";
import type { Living } from "@/features/chat/living";
import type { Reply } from "@/features/chat/reply";
import { copyText } from "@/lib/markdown-copy";
import { showDone, showTrouble, showUndo } from "@/ui/toasts";

export type Deeds = ReturnType<typeof deedsOf>;

type Tools = {
  living: Living;
  t: (text: string, values?: Record<string, unknown>) => string;
  /** Show a chat that was made. */
  go: (chatId: string) => void;
  listsChanged: () => void;
};

function deedsOf({ living, t, go, listsChanged }: Tools) {
  /** Do it, and say what went wrong; where somebody was faster, show what they did. */
  async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      showTrouble(error);
      if (error instanceof ProblemError && [404, 409].includes(error.status)) {
        await living.refresh().catch(() => undefined);
      }
      return undefined;
    }
  }

  const changed = async (work: Promise<Message>) => living.tell({ type: "changed", message: await work });

  const remove = (message: Message, below: boolean) =>
    attempt(async () => {
      living.tell({ type: "removed", id: message.id, below });
      try {
        await messages.deleteMessage(message.id, below, message.version);
      } catch (error) {
        await living.refresh().catch(() => undefined);
        throw error;
      }
      await living.refresh().catch(() => undefined);
      const changedAt = living.situation().now.chat?.updated_at;
      const isAlternative = message.role === "assistant" && message.swipes > 1;
      const done = isAlternative ? t("Alternative reply deleted.") : t("Message deleted.");
      showUndo(below ? t("Deleted from here on.") : done, () =>
        void attempt(async () => {
          // What was the last step is taken back as it was; later the message itself comes back.
          if (living.situation().now.chat?.updated_at === changedAt && (await living.step("undo"))) return;
          await messages.restoreMessage(message.id);
          await messages.selectMessage(message.id);
          await living.refresh(message.id);
        }),
      );
    });

  const write = (kind: "swipe" | "regenerate" | "continue", id: string, wish?: Wished) =>
    attempt(async () => {
      if (living.situation().now.replies.some((reply) => isRunning(reply) && reply.kind !== "quiet")) {
        showDone(t("Something is being written: wait for its end, or stop it."));
        return;
      }
      await living.write(kind, id, wish);
    });

  const moved = (message: Message, to: "up" | "down") =>
    attempt(async () => {
      await messages.moveMessage(message.id, to, message.version);
      await living.refresh();
    });

  const hide = (message: Message, hidden: boolean) =>
    attempt(() => changed(messages.hideMessage(message.id, hidden, message.version)));

  return {
    attempt,
    write,
    copy: (message: Message) =>
      attempt(async () => {
        if (!(await copyText(message.text))) throw new Error(t("The browser did not let it be copied."));
        showDone(t("Copied."));
      }),
    /** Keep what was edited. It throws what went wrong: the editor stays open then. */
    edit: async (message: Message, text: string, version: number) => {
      try {
        await changed(messages.editMessage(message.id, text, version));
      } catch (error) {
        if (error instanceof ProblemError && error.status === 409) {
          await living.refresh().catch(() => undefined);
        }
        throw error;
      }
    },
    delete: (message: Message) => remove(message, false),
    deleteBelow: (message: Message) => remove(message, true),
    hide: (message: Message) => hide(message, true),
    unhide: (message: Message) => hide(message, false),
    moveUp: (message: Message) => moved(message, "up"),
    moveDown: (message: Message) => moved(message, "down"),
    /** Show another alternative, or have one written. */
    swipe: (message: Message, to: number | "new") =>
      attempt(async () => {
        if (to === "new" || to >= message.swipes) {
          if (message.role === "assistant") await write("swipe", message.id);
          return;
        }
        const beside = (await messages.swipesOf(message.id)).messages;
        const chosen = beside[Math.max(0, to)];
        if (!chosen || chosen.id === message.id) return;
        living.tell({ type: "selected", message: chosen });
        living.tell({ type: "chat", chat: await messages.selectMessage(chosen.id) });
        await living.refresh(chosen.id);
      }),
    branch: (message: Message, name: string) =>
      attempt(async () => {
        await messages.branchAt(message.id, name);
        await living.refresh(message.id);
        showDone(t("The branch begins here: what is said next goes below this message."));
      }),
    checkpoint: (message: Message, name: string) =>
      attempt(async () => {
        await messages.checkpointAt(message.id, name);
        showDone(t("Checkpoint set."));
      }),
    duplicate: (message: Message) =>
      attempt(async () => {
        const chat = await messages.duplicateFrom(message.id);
        listsChanged();
        go(chat.id);
      }),
    returnTo: (message: Message, editionId: string) =>
      attempt(() => changed(messages.returnTo(message.id, editionId, message.version))),
    /** Ask again for what ended without a word. */
    retry: (reply: Reply, wish?: Wished) => {
      const id = reply.kind === "say" ? reply.parentId : (reply.targetId ?? reply.parentId);
      const kind = reply.kind === "swipe" || reply.kind === "continue" ? reply.kind : "regenerate";
      return id === null ? Promise.resolve(undefined) : write(kind, id, wish);
    },
    step: (way: "undo" | "redo") =>
      attempt(async () => {
        const isDone = await living.step(way);
        listsChanged();
        if (isDone) showDone(way === "undo" ? t("The last step was taken back.") : t("Done again."));
        else showDone(way === "undo" ? t("There is nothing to take back.") : t("There is nothing to do again."));
      }),
    impersonate: (typed: string) => attempt(() => living.impersonate(typed)),
    stop: () => attempt(() => living.stop()),
  };
}

/** Return what can be done in a living chat; the same functions for as long as it is open. */
export function useDeeds(living: Living | null): Deeds | null {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const cache = useQueryClient();
  return useMemo(
    () =>
      living &&
      deedsOf({
        living,
        t,
        go: (chatId) => void navigate({ to: "/chats/$chatId", params: { chatId } }),
        listsChanged: () => void cache.invalidateQueries({ queryKey: ["chats"] }),
      }),
    [living, t, navigate, cache],
  );
}
