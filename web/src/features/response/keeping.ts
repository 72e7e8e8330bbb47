/** Keeping what is turned: in the chat, and as what new chats begin with. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { type Chat, type ChatChanges, type Settings, changeChat, chatQuery } from "@/api/chats";
import { useChangePreferences, usePreferences } from "@/api/preferences";
import { ProblemError } from "@/api/problems";
import {
  type Turned,
  type Value,
  collides,
  stillTurned,
  valueOf,
  withTurned,
} from "@/features/response/draft";

const PATIENCE = 500;

export type Kept = {
  /** As it is shown: what is kept, with what was turned since. */
  settings: Settings;
  system: string;
  turn: (name: string, value: Value | null) => void;
  write: (system: string) => void;
  trouble: Error | null;
  retry: () => void;
  /** Whether somebody turned the same in another window; then one of the two is chosen. */
  collided: boolean;
  keepMine: () => void;
  takeTheirs: () => void;
};

type Wanted = {
  turned: Turned;
  system: string | null;
  /** What was there when the turning began. */
  before: { settings: Turned; system: string | null };
};

const NOTHING: Wanted = { turned: {}, system: null, before: { settings: {}, system: null } };
const isNothing = ({ turned, system }: Wanted) => !Object.keys(turned).length && system === null;

/** Hold the settings and the system prompt of a chat, or of those that begin. */
export function useKept(chatId: string | null): Kept {
  const cache = useQueryClient();
  const preferences = usePreferences();
  const like = useChangePreferences();
  const chat = useQuery({ ...chatQuery(chatId ?? ""), enabled: chatId !== null }).data ?? null;
  const [wanted, setWanted] = useState<Wanted>(NOTHING);
  const [collided, setCollided] = useState(false);
  const base = chatId === null ? preferences : chat;

  const keep = useMutation({
    mutationFn: ({ chat, changes }: { chat: Chat; wanted: Wanted; changes: ChatChanges }) =>
      changeChat(chat.id, changes),
    onSuccess: (kept, { wanted: sent }) => {
      cache.setQueryData(chatQuery(kept.id).queryKey, kept);
      setWanted((now) => upon(kept, {
        ...now,
        turned: stillTurned(now.turned, sent.turned),
        system: now.system === sent.system ? null : now.system,
      }));
    },
    onError: (error, { wanted: sent }) => {
      if (!(error instanceof ProblemError) || error.status !== 409 || !error.newer) return;
      const newer = error.newer as Chat;
      cache.setQueryData(chatQuery(newer.id).queryKey, newer);
      // Something else may have changed, such as the title or what was said: that is in no way.
      if (isInTheWay(newer, sent)) setCollided(true);
      else keep.mutate(asked(newer, sent));
    },
  });

  const flush = (now: Wanted) => {
    if (isNothing(now)) return;
    if (chat && isInTheWay(chat, now)) {
      setCollided(true);
      return;
    }
    if (Object.keys(now.turned).length) {
      like({ settings: withTurned(preferences.settings, now.turned) });
    }
    if (chatId === null) {
      if (now.system !== null) like({ system: now.system });
      setWanted(NOTHING);
    } else if (chat) {
      keep.mutate(asked(chat, now));
    }
  };

  const latest = useRef({ wanted, flush });
  useEffect(() => {
    latest.current = { wanted: collided ? NOTHING : wanted, flush };
  });
  // What was refused is tried again when somebody says so, or when it is turned again.
  const waits = keep.isPending || (keep.isError && keep.variables.wanted === wanted);
  useEffect(() => {
    if (isNothing(wanted) || collided || waits) return;
    const timer = setTimeout(() => latest.current.flush(wanted), PATIENCE);
    return () => clearTimeout(timer);
  }, [wanted, collided, waits]);
  useEffect(() => () => latest.current.flush(latest.current.wanted), []);

  return {
    settings: withTurned(base?.settings ?? {}, wanted.turned),
    system: wanted.system ?? base?.system ?? "",
    turn: (name, value) =>
      setWanted((now) => {
        const settings = { [name]: valueOf(base?.settings ?? {}, name), ...now.before.settings };
        return {
          ...now,
          turned: { ...now.turned, [name]: value },
          before: { ...now.before, settings },
        };
      }),
    write: (system) =>
      setWanted((now) => ({
        ...now,
        system,
        before: { ...now.before, system: now.before.system ?? base?.system ?? "" },
      })),
    trouble: collided || keep.isPending || isNothing(wanted) ? null : keep.error,
    retry: () => flush(wanted),
    collided,
    keepMine: () => {
      setCollided(false);
      if (chat) setWanted((now) => upon(chat, now));
    },
    takeTheirs: () => {
      setCollided(false);
      keep.reset();
      setWanted(NOTHING);
    },
  };
}

/** Whether somebody else changed what is wanted otherwise here. */
function isInTheWay(chat: Chat, { turned, system, before }: Wanted): boolean {
  const theirs = chat.system ?? "";
  return (
    collides(before.settings, chat.settings ?? {}, turned) ||
    (system !== null && theirs !== before.system && theirs !== system)
  );
}

/** Return what is wanted as wanted upon the chat as it is by now. */
function upon(chat: Chat, wanted: Wanted): Wanted {
  const names = Object.keys(wanted.turned);
  const settings = names.map((name) => [name, valueOf(chat.settings ?? {}, name)] as const);
  return {
    ...wanted,
    before: {
      settings: Object.fromEntries(settings),
      system: wanted.system === null ? null : (chat.system ?? ""),
    },
  };
}

function asked(chat: Chat, wanted: Wanted) {
  const changes: ChatChanges = { version: chat.version ?? null };
  if (Object.keys(wanted.turned).length) {
    changes.settings = withTurned(chat.settings ?? {}, wanted.turned);
  }
  if (wanted.system !== null) changes.system = wanted.system;
  return { chat, wanted, changes };
}
