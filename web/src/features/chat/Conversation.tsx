import { Center, Loader } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAsked, useModels } from "@/api/asked";
import { chatQuery } from "@/api/chats";
import type { Model } from "@/api/connections";
import type { Message } from "@/api/messages";
import { isMissing, sentenceOf } from "@/api/problems";
import { Announcer } from "@/features/chat/Announcer";
import { ChatHeader } from "@/features/chat/ChatHeader";
import { Composer, type ComposerHandle } from "@/features/chat/Composer";
import classes from "@/features/chat/Conversation.module.css";
import { type Asking, Dialogs } from "@/features/chat/Dialogs";
import { EmptyChat } from "@/features/chat/EmptyChat";
import { MessageList } from "@/features/chat/MessageList";
import { NoChat } from "@/features/chat/NoChat";
import type { Models, Openings } from "@/features/chat/RowView";
import { useBeginning } from "@/features/chat/beginning";
import { useChatCommands } from "@/features/chat/commands";
import { isBlank, isRunning, writtenNow } from "@/features/chat/conversation";
import { useDeeds } from "@/features/chat/deeds";
import { useDropping } from "@/features/chat/dropping";
import { useChatKeys } from "@/features/chat/keys";
import type { Deliver } from "@/features/chat/typing";
import { useLiving, useSituation } from "@/features/chat/useLiving";
import { Trouble } from "@/ui/Trouble";

type ConversationProps = {
  /** `null`: a chat that begins with what is said first. */
  chatId: string | null;
  /** The message to show, as from a search. */
  focus: string | null;
  /** Is told when that message is seen. */
  onFound: () => void;
  onBegun: (chatId: string) => void;
  /** Opens and closes the response configuration. */
  panel: { isOpen: boolean; toggle: () => void };
};

const isOwn = (message: Message) => message.role === "user";
const neverSaid = async () => false;

/** A chat and the input below it. */
export function Conversation({ chatId, focus, onFound, onBegun, panel }: ConversationProps) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [begun, setBegun] = useState<string | null>(null);
  const id = chatId ?? begun;
  /** Whether a message waits for the end of what is being written. */
  const [isAwaited, setAwaited] = useState(false);
  const living = useLiving(id, focus, isAwaited);
  const opening = useSituation(living, (each) => each.opening);
  const known = useSituation(living, ({ now }) => now.chat);
  const last = useSituation(living, ({ now }) => (now.moreAfter ? undefined : now.messages.at(-1)));
  const lastOwn = useSituation(living, ({ now }) => now.messages.findLast(isOwn)) ?? null;
  const writing = useSituation(living, ({ now }) => writtenNow(now)?.runId ?? null);
  // One string: a list made anew would have all of this drawn at every word.
  const running = useSituation(living, ({ now }) => now.replies.filter(isRunning).map(({ runId }) => runId).join(" "));
  const ended = useSituation(living, (each) => each.ended);
  const isWriting = writing !== null;
  const isBusy = useSituation(living, ({ outgoing }) => outgoing !== null) || isWriting;
  const isEmpty = useSituation(living, ({ now, outgoing }) => isBlank(now) && outgoing === null);
  const impersonated = useSituation(living, (each) => each.impersonated);
  const heard = useSituation(living, (each) => each.heard);
  const progress = useMemo(
    () => ({ isKnown: opening === "done", writing, running: running.split(" "), ended }),
    [opening, writing, running, ended],
  );
  const deeds = useDeeds(living);
  const bring = useBeginning({ living, onChat: setBegun });
  const asked = useAsked(id);
  const { models: offered, answering } = useModels(asked);
  const chat = useQuery({ ...chatQuery(id ?? ""), enabled: id !== null }).data ?? known;

  const composer = useRef<ComposerHandle>(null);
  const [editing, setEditing] = useState<string | null>(null);
  const [asking, setAsking] = useState<Asking | null>(null);
  const toInput = useCallback(() => composer.current?.focus(), []);
  const { isOver, listeners } = useDropping((files) => composer.current?.add(files));

  const openings: Openings = useMemo(
    () => ({
      edit: (message) => {
        setEditing(message?.id ?? null);
        if (!message) toInput();
      },
      name: (message, kind) => setAsking({ what: kind, message }),
      editions: (message) => setAsking({ what: "editions", message }),
      otherConnection: (ask) => setAsking({ what: "connection", ask }),
      asked: asked.connection?.id ?? null,
    }),
    [toInput, asked.connection?.id],
  );

  const lastAnswer = last?.role === "assistant" ? last : null;
  const onRegenerate = useMemo(
    () => (last && deeds ? () => void deeds.write("regenerate", last.id) : null),
    [last, deeds],
  );
  const onContinue = useMemo(
    () => (lastAnswer && deeds ? () => void deeds.write("continue", lastAnswer.id) : null),
    [lastAnswer, deeds],
  );
  useChatKeys({
    composer,
    deeds,
    isBusy,
    lastAnswer,
    lastOwn,
    onRegenerate,
    onContinue,
    onEdit: openings.edit,
  });
  useChatCommands({
    chatId: id,
    chat: chat ?? null,
    composer,
    deeds,
    isBusy,
    last: last ?? null,
    lastAnswer,
    onRegenerate,
    onContinue,
  });
  const takeImpersonated = useCallback(() => living?.takeImpersonated(), [living]);

  const deliver: Deliver = useCallback(
    async (speech, begins) => {
      const inChat = await bring(speech, begins);
      void cache.invalidateQueries({ queryKey: ["chats"] });
      void cache.invalidateQueries({ queryKey: ["chat"] });
      return inChat;
    },
    [bring, cache],
  );
  const models: Models = useMemo(() => {
    const shown = ({ title, price }: Model) => ({ title: title ?? undefined, price });
    const byId = new Map(offered.map((each) => [each.id, shown(each)]));
    return { of: (model) => byId.get(model) ?? null, chosen: answering && shown(answering) };
  }, [offered, answering]);
  /** What was looked for stays marked when the address does not name it any more. */
  const [sought, setSought] = useState(focus);
  if (focus !== null && focus !== sought) setSought(focus);

  const failure = typeof opening === "object" ? opening.failed : null;
  // The first words of a chat that is gone begin another: they stay in the input.
  if (chatId !== null && isMissing(failure)) {
    return (
      <section className={classes.conversation} aria-label={t("Chat")}>
        <NoChat />
      </section>
    );
  }
  return (
    <section className={classes.conversation} aria-label={t("Chat")} {...listeners}>
      <ChatHeader chatId={id} chat={chat ?? null} panel={panel} />
      {opening === "asked" && (
        <Center flex={1}>
          <Loader size="sm" role="img" aria-label={t("Opening the chat")} />
        </Center>
      )}
      {failure !== null && (
        <div className={classes.aside}>
          <Trouble message={sentenceOf(failure)} onRetry={() => void living?.open(focus)} />
        </div>
      )}
      {opening === "done" && isEmpty && <EmptyChat chatId={id} />}
      {opening === "done" && !isEmpty && (
        <MessageList
          living={living}
          focus={sought}
          onFound={onFound}
          editing={editing}
          models={models}
          deeds={deeds}
          openings={openings}
          onEmptied={toInput}
        />
      )}
      <Composer
        key={chatId ?? "new"}
        ref={composer}
        chatId={chatId}
        inputs={answering?.inputs}
        progress={progress}
        onQueue={setAwaited}
        impersonated={impersonated}
        onImpersonated={takeImpersonated}
        lastSaid={lastOwn?.id ?? null}
        hasSaid={living?.hasSaid ?? neverSaid}
        deliver={deliver}
        onBegun={onBegun}
        deeds={deeds}
        onRegenerate={onRegenerate}
        onContinue={onContinue}
      />
      <Announcer isWriting={isWriting} heard={heard} />
      {deeds && <Dialogs asking={asking} deeds={deeds} onBranched={toInput} onClose={() => setAsking(null)} />}
      {isOver && <div className={classes.drop}>{t("Drop files here to attach them")}</div>}
    </section>
  );
}
