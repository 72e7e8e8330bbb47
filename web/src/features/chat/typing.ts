/** What is typed, kept from the first letter until the server has it. */

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  type Draft,
  EMPTY,
  forgetSent,
  isAsSent,
  keepBegun,
  keepDraft,
  readDraft,
  sealed,
  wordsOf,
} from "@/features/chat/draft";
import { useEnclosures } from "@/features/chat/enclosures";
import { partsOf } from "@/features/chat/files";
import type { Speech } from "@/features/chat/living";
import { isRefusal } from "@/features/chat/patience";
import { type Progress, queuedIn, turnOf } from "@/features/chat/queue";
import { newId } from "@/lib/ids";
import { showTrouble } from "@/ui/toasts";

const KEPT_AFTER = 300;

/** Brings what was typed to the server, and returns the chat it is in. */
export type Deliver = (
  speech: Speech,
  begun: {
    /** The chat an earlier try began for these words. */
    chat: string | null;
    /** Is told which chat was begun for them. */
    onChat: (id: string) => void;
  },
) => Promise<string>;

type Typing = {
  chatId: string | null;
  deliver: Deliver;
  /** Is told when the first words have arrived, and what was typed since is kept in their chat. */
  onBegun: (chatId: string) => void;
  /** What the person said last: with another one, what was sent may have arrived. */
  lastSaid: string | null;
  /** Whether something was said under a key. */
  hasSaid: (key: string) => Promise<boolean>;
  /** While an answer is written, what is sent waits for its end. */
  progress: Progress;
};

const joined = (first: string, second: string): string => [first, second].filter(Boolean).join("\n\n");

/** Return what is typed in a chat, and sending it with `deliver`. */
export function useTyping({ chatId, deliver, onBegun, lastSaid, hasSaid, progress }: Typing) {
  const { t } = useTranslation();
  const [begun] = useState(() => readDraft(chatId));
  const [text, setText] = useState(begun.text);
  const [sending, setSending] = useState(false);
  const [trouble, setTrouble] = useState<Error | null>(null);
  const { enclosures, clear, giveBack, textOf, ...files } = useEnclosures(begun.enclosed);
  const enclosed = useMemo(() => enclosures.flatMap((each) => each.enclosed ?? []), [enclosures]);
  const isUploading = enclosures.some((each) => !each.enclosed && !each.error);
  const hasFailed = enclosures.some((each) => each.error !== null);
  const [queued, setQueued] = useState(() => queuedIn(begun));
  const isAsQueued = queued?.words === wordsOf({ text, enclosed }) && !isUploading && !hasFailed;
  const [isDropped, setDropped] = useState(false);
  if (queued && !isAsQueued) {
    setQueued(null);
    // It is cleared as well when it is sent.
    setDropped(!sending);
  }
  if (isDropped && text === "") setDropped(false);
  const unqueued = isDropped ? ("dropped" as const) : null;
  const turn = queued ? turnOf(queued, progress) : unqueued;

  /** What is on its way: it stays in the draft until it has arrived. */
  const underway = useRef<Draft | null>(null);
  const sent = useRef(begun.sent);
  const chat = useRef(begun.chat);
  const latest = useRef<Pick<Draft, "text" | "enclosed" | "waits">>(begun);
  const isFull = useRef(false);
  /** The chat the draft is kept in: once the first words have begun one, that. */
  const place = useRef(chatId);
  const isGone = useRef(false);

  const keep = useCallback(() => {
    const going = underway.current;
    const { text: typed, enclosed, waits } = latest.current;
    const kept = keepDraft(place.current, {
      text: going ? joined(going.text, typed) : typed,
      enclosed: going ? [...going.enclosed, ...enclosed] : enclosed,
      sent: sent.current,
      chat: chat.current,
      waits,
    });
    if (!kept && !isFull.current) showTrouble(new Error(t("The browser has no room to keep this draft.")));
    isFull.current = !kept;
  }, [t]);

  useEffect(() => {
    latest.current = { text, enclosed, waits: queued?.behind };
    // The input of the chat that was begun takes over at any moment.
    if (place.current !== chatId) keep();
    const timer = setTimeout(keep, KEPT_AFTER);
    return () => clearTimeout(timer);
  }, [text, enclosed, queued, keep, chatId]);
  useEffect(() => {
    isGone.current = false;
    window.addEventListener("pagehide", keep);
    return () => {
      isGone.current = true;
      window.removeEventListener("pagehide", keep);
      keep();
    };
  }, [keep]);

  const isEmpty = text.trim() === "" && enclosures.length === 0;
  const canSend = !isEmpty && !isUploading && !hasFailed && !sending;

  useEffect(() => {
    const kept = { ...latest.current, sent: sent.current };
    if (!kept.sent || !isAsSent(kept)) return;
    let isOver = false;
    void hasSaid(kept.sent.key).then((isThere) => {
      // What was typed since is not in the chat yet.
      if (isOver || !isThere || wordsOf(latest.current) !== wordsOf(kept)) return;
      sent.current = undefined;
      setText("");
      clear();
      setTrouble(null);
    });
    return () => {
      isOver = true;
    };
  }, [lastSaid, hasSaid, clear]);

  /** Have what is typed sent when the answer that is written just now ends. */
  const queueBehind = (run: string) => {
    // It gets its key already: in however many windows it waits, it is said once.
    sent.current = sealed({ text, enclosed, sent: sent.current }, newId).sent;
    latest.current = { text, enclosed, waits: run };
    keep();
    setTrouble(null);
    setDropped(false);
    setQueued({ behind: run, words: sent.current.words });
  };

  const deliverNow = async () => {
    const draft = sealed({ text, enclosed, sent: sent.current }, newId);
    underway.current = draft;
    sent.current = draft.sent;
    latest.current = EMPTY;
    keep();
    setTrouble(null);
    setSending(true);
    setText("");
    clear();
    try {
      const parts = await partsOf(draft.text, draft.enclosed, textOf);
      const id = await deliver(
        { key: draft.sent.key, parts },
        {
          chat: chat.current ?? null,
          onChat: (begunId) => {
            chat.current = begunId;
            // Also for who went away meanwhile: it is said in that chat when they send it again.
            keepBegun(draft.sent.key, begunId);
          },
        },
      );
      underway.current = null;
      sent.current = undefined;
      chat.current = undefined;
      // Who went away and came back types into another input: it keeps the draft now.
      forgetSent(chatId, draft.sent.key);
      if (isGone.current) return;
      if (chatId === null) {
        keepDraft(null, EMPTY);
        place.current = id;
      }
      keep();
      if (chatId === null) onBegun(id);
    } catch (error) {
      underway.current = null;
      if (isGone.current) return;
      // What may have arrived all the same is said again under the key it was said with.
      if (isRefusal(error)) sent.current = undefined;
      setText((typed) => joined(draft.text, typed));
      giveBack(draft.enclosed);
      setTrouble(error instanceof Error ? error : new Error(String(error)));
    } finally {
      setSending(false);
    }
  };

  /** Send what is typed: at once, or when the answer ends that is being written. */
  const send = () => {
    if (!canSend) return;
    if (progress.writing === null) void deliverNow();
    else queueBehind(progress.writing);
  };

  useEffect(() => {
    if (turn !== "due") return;
    const timer = setTimeout(() => {
      // Another window may have sent it by now, or taken it back.
      const kept = readDraft(place.current);
      if (kept.waits === queued?.behind && kept.sent?.key === sent.current?.key) {
        send();
      } else {
        setQueued(null);
        setDropped(true);
      }
    });
    return () => clearTimeout(timer);
  });

  return {
    text,
    setText,
    ...files,
    enclosures,
    isEmpty,
    isUploading,
    canSend,
    sending,
    send,
    /** Whether what is typed waits for the end of an answer, or did and does not any more. */
    turn,
    unqueue: () => setQueued(null),
    trouble,
  };
}
