/** What is typed, kept from the first letter until the server has it. */

import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  type Draft,
  EMPTY,
  type Enclosed,
  forgetSent,
  isAsSent,
  keepDraft,
  readDraft,
  sealed,
} from "@/features/chat/draft";
import { useEnclosures } from "@/features/chat/enclosures";
import { partsOf } from "@/features/chat/files";
import type { Speech } from "@/features/chat/living";
import { isRefusal } from "@/features/chat/patience";
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
};

const joined = (first: string, second: string): string => [first, second].filter(Boolean).join("\n\n");

/** Return what is typed in a chat, and sending it with `deliver`. */
export function useTyping({ chatId, deliver, onBegun, lastSaid, hasSaid }: Typing) {
  const { t } = useTranslation();
  const [begun] = useState(() => readDraft(chatId));
  const [text, setText] = useState(begun.text);
  const [sending, setSending] = useState(false);
  const [trouble, setTrouble] = useState<Error | null>(null);
  const { enclosures, clear, giveBack, textOf, ...files } = useEnclosures(begun.enclosed);

  /** What is on its way: it stays in the draft until it has arrived. */
  const underway = useRef<Draft | null>(null);
  const sent = useRef(begun.sent);
  const chat = useRef(begun.chat);
  const latest = useRef({ text, enclosed: begun.enclosed });
  const isFull = useRef(false);
  /** The chat the draft is kept in: once the first words have begun one, that. */
  const place = useRef(chatId);
  const isGone = useRef(false);

  const keep = useCallback(() => {
    const going = underway.current;
    const { text: typed, enclosed } = latest.current;
    const kept = keepDraft(place.current, {
      text: going ? joined(going.text, typed) : typed,
      enclosed: going ? [...going.enclosed, ...enclosed] : enclosed,
      sent: sent.current,
      chat: chat.current,
    });
    if (!kept && !isFull.current) showTrouble(new Error(t("The browser has no room to keep this draft.")));
    isFull.current = !kept;
  }, [t]);

  useEffect(() => {
    const enclosed = enclosures.map((each) => each.enclosed).filter((each): each is Enclosed => each !== null);
    latest.current = { text, enclosed };
    // The input of the chat that was begun takes over at any moment.
    if (place.current !== chatId) keep();
    const timer = setTimeout(keep, KEPT_AFTER);
    return () => clearTimeout(timer);
  }, [text, enclosures, keep, chatId]);
  useEffect(() => {
    isGone.current = false;
    window.addEventListener("pagehide", keep);
    return () => {
      isGone.current = true;
      window.removeEventListener("pagehide", keep);
      keep();
    };
  }, [keep]);

  const isUploading = enclosures.some((each) => !each.enclosed && !each.error);
  const hasFailed = enclosures.some((each) => each.error !== null);
  const isEmpty = text.trim() === "" && enclosures.length === 0;
  const canSend = !isEmpty && !isUploading && !hasFailed && !sending;

  useEffect(() => {
    const key = begun.sent?.key;
    if (!key || !isAsSent(begun)) return;
    let isOver = false;
    void hasSaid(key).then((isThere) => {
      // Only what stood there when the chat was opened is in the chat already.
      if (isOver || !isThere || latest.current.text !== begun.text) return;
      sent.current = undefined;
      setText("");
      clear();
    });
    return () => {
      isOver = true;
    };
  }, [begun, lastSaid, hasSaid, clear]);

  const send = async () => {
    if (!canSend) return;
    const draft = sealed(
      { ...latest.current, text, sent: sent.current, chat: chat.current },
      newId,
    );
    underway.current = draft;
    sent.current = draft.sent;
    latest.current = { text: "", enclosed: [] };
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
            if (!isGone.current) keep();
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
    trouble,
  };
}
