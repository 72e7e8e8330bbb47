import { memo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Message } from "@/api/messages";
import { Byline } from "@/features/chat/message/Byline";
import { Editor } from "@/features/chat/message/Editor";
import { EndingView } from "@/features/chat/message/EndingView";
import classes from "@/features/chat/message/Message.module.css";
import { Meta } from "@/features/chat/message/Meta";
import { Notices } from "@/features/chat/message/Notices";
import { PieceView } from "@/features/chat/message/PieceView";
import { Swipes } from "@/features/chat/message/Swipes";
import { Thoughts } from "@/features/chat/message/Thoughts";
import { Tools } from "@/features/chat/message/Tools";
import { Waiting } from "@/features/chat/message/Waiting";
import { piecesOf } from "@/features/chat/message/pieces";
import { stepped } from "@/features/chat/message/stepping";
import { useTouch } from "@/features/chat/message/touch";
import type { AnsweringModel, LiveReply, MessageActions } from "@/features/chat/message/types";

export type MessageViewProps = {
  message: Message;
  /** What is being written into it just now. */
  live?: LiveReply | null;
  isLast: boolean;
  model?: AnsweringModel | null;
  editing: boolean;
  actions: MessageActions;
  /** Keep what was edited. When it fails, the editor stays open with what was typed. */
  onEdit: (text: string, version: number) => Promise<void>;
  /** Keep what was edited, and have it answered anew. */
  onEditAndAnswer?: ((text: string, version: number) => Promise<void>) | undefined;
  onCancelEdit: () => void;
};

/** One message of a chat. */
export const MessageView = memo(function MessageView({
  message,
  live = null,
  isLast,
  model = null,
  editing,
  actions,
  onEdit,
  onEditAndAnswer,
  onCancelEdit,
}: MessageViewProps) {
  const author = useAuthor(message, model);
  const place = useRef<HTMLElement>(null);
  const isAnswer = message.role === "assistant";
  const alternatives = {
    shown: message.swipe ?? 0,
    count: message.swipes ?? 1,
    canAdd: isLast && isAnswer && actions.swipe !== undefined,
  };
  const fingers = useTouch({
    onSwipe: (by) => {
      const to = stepped(alternatives, by);
      if (to !== null && !live && !editing) actions.swipe?.(to);
    },
    onTap: () => place.current?.focus({ preventScroll: true }),
  });
  const pieces = piecesOf(message, live);
  const waits = live !== null && pieces.length === 0 && live.phase !== "thinking";
  const { reply } = message;
  return (
    <article
      ref={place}
      className={classes.message}
      data-role={message.role}
      data-hidden={message.hidden || undefined}
      data-last={isLast || undefined}
      aria-label={author}
      aria-busy={live !== null}
      tabIndex={-1}
      {...fingers}
    >
      <Byline message={message} author={author} actions={actions} />
      <Thoughts message={message} live={live} />
      <Notices name={message.id} notices={live?.notices ?? reply?.notices ?? []} />
      {editing ? (
        <Editor message={message} onSave={onEdit} onSaveAndAnswer={onEditAndAnswer} onCancel={onCancelEdit} />
      ) : (
        <div className={classes.words}>
          {waits && <Waiting live={live} />}
          {pieces.map((piece) => (
            <PieceView key={piece.key} piece={piece} name={message.id} streaming={live !== null} />
          ))}
        </div>
      )}
      {!live && <EndingView message={message} actions={actions} />}
      <footer className={classes.foot}>
        {actions.swipe && (
          <Swipes {...alternatives} busy={live !== null} onShow={actions.swipe} />
        )}
        {!live && isAnswer && reply && <Meta reply={reply} model={model} />}
        <Tools actions={actions} isAnswer={isAnswer} busy={live !== null || editing} />
      </footer>
    </article>
  );
});

/** Return who says it, by the best name there is. */
function useAuthor(message: Message, model: AnsweringModel | null): string {
  const { t } = useTranslation();
  if (message.author) return message.author;
  switch (message.role) {
    case "user":
      return t("You");
    case "assistant":
      return model?.title ?? message.reply?.model ?? t("Model");
    case "tool":
      return t("Tool");
    default:
      return t("System");
  }
}
