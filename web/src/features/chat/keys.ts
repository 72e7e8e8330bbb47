/** The keys of a chat: heard while the input is empty, or nobody writes. */

import type { RefObject } from "react";
import type { Message } from "@/api/messages";
import type { ComposerHandle } from "@/features/chat/Composer";
import type { Deeds } from "@/features/chat/deeds";
import { isWriting, useShortcut } from "@/lib/shortcuts";

// What is scrolled or gone through with keys itself, such as code or a table, hears them alone.
const OURS = "body,main,article,[data-virtuoso-scroller],[data-focus]";

type ChatKeys = {
  composer: RefObject<ComposerHandle | null>;
  deeds: Deeds | null;
  isBusy: boolean;
  lastAnswer: Message | null;
  lastOwn: Message | null;
  onRegenerate: (() => void) | null;
  onContinue: (() => void) | null;
  onEdit: (message: Message) => void;
};

/** Have the keys of the open chat heard. */
export function useChatKeys(keys: ChatKeys): void {
  const { composer, deeds, isBusy, lastAnswer, lastOwn, onRegenerate, onContinue, onEdit } = keys;
  const isOurs = ({ target }: KeyboardEvent): boolean => {
    if (composer.current?.is(target)) return composer.current.isEmpty();
    return target instanceof Element && target.matches(OURS);
  };
  const anyWriting = { whileWriting: true };

  useShortcut(
    "stop",
    () => {
      if (!isBusy || document.querySelector("[role=dialog],[role=menu]")) return false;
      void deeds?.stop();
      return true;
    },
    anyWriting,
  );
  const swipe = (event: KeyboardEvent, way: 1 | -1): boolean => {
    if (!isOurs(event) || !lastAnswer || isBusy || !deeds) return false;
    const to = lastAnswer.swipe + way;
    if (to < 0) return false;
    void deeds.swipe(lastAnswer, to >= lastAnswer.swipes ? "new" : to);
    return true;
  };
  useShortcut("swipe-left", (event) => swipe(event, -1), anyWriting);
  useShortcut("swipe-right", (event) => swipe(event, 1), anyWriting);
  useShortcut(
    "edit-last",
    (event) => {
      if (!lastOwn || !composer.current?.is(event.target) || !composer.current.isEmpty()) return false;
      onEdit(lastOwn);
      return true;
    },
    anyWriting,
  );
  const write = (event: KeyboardEvent, act: (() => void) | null): boolean => {
    if (!act || isBusy || !isOurs(event)) return false;
    act();
    return true;
  };
  useShortcut("regenerate", (event) => write(event, onRegenerate), anyWriting);
  useShortcut("continue", (event) => write(event, onContinue), anyWriting);
  useShortcut(
    "undo",
    (event) => {
      if (isBusy || !deeds || (isWriting(event.target) && !composer.current?.is(event.target))) return false;
      void deeds.step("undo");
      return true;
    },
    anyWriting,
  );
}
