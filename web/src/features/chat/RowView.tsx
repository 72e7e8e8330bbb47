import { Button, Group, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { memo, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Message } from "@/api/messages";
import type { Deeds } from "@/features/chat/deeds";
import { MessageView } from "@/features/chat/message/MessageView";
import type { AnsweringModel, MessageActions } from "@/features/chat/message/types";
import { type Reply, shownLive } from "@/features/chat/reply";
import type { Row } from "@/features/chat/rows";
import { Trouble } from "@/ui/Trouble";

/** The models there are. */
export type Models = {
  of: (id: string) => AnsweringModel | null;
  /** The one that is asked next. */
  chosen: AnsweringModel | null;
};

/** What a row opens: it is shown by the conversation. */
export type Openings = {
  edit: (message: Message | null) => void;
  name: (message: Message, kind: "branch" | "checkpoint") => void;
  editions: (message: Message) => void;
  otherConnection: (ask: (connection: string) => void) => void;
  /** The connection that is asked; `null` while that is not known. */
  asked: string | null;
};

type RowViewProps = {
  row: Row;
  isLast: boolean;
  isEditing: boolean;
  /** Whether something is being written in the chat: then nothing else is begun. */
  isBusy: boolean;
  models: Models;
  deeds: Deeds | null;
  openings: Openings;
};

const NOTHING_TO_DO: MessageActions = {};

/** One row of the chat. */
export const RowView = memo(ShownRow, isSame);

/** Whether a row would look the same: rows are made anew at each word, most of them alike. */
function isSame(before: RowViewProps, after: RowViewProps): boolean {
  const { row: one, ...others } = before;
  const { row: other, ...newer } = after;
  const isSameRow =
    one.kind === other.kind &&
    one.key === other.key &&
    ("message" in one && one.message) === ("message" in other && other.message) &&
    ("reply" in one && one.reply) === ("reply" in other && other.reply);
  return (
    isSameRow &&
    (Object.keys(others) as (keyof typeof others)[]).every((name) => others[name] === newer[name])
  );
}

function ShownRow(props: RowViewProps) {
  const { row, isLast, isEditing, isBusy, models, deeds, openings } = props;
  switch (row.kind) {
    case "message":
      return (
        <Said
          message={row.message}
          reply={row.reply}
          {...{ isLast, isEditing, isBusy, models, deeds, openings }}
        />
      );
    case "waiting":
    case "outgoing":
      return (
        <MessageView
          message={row.message}
          live={row.kind === "waiting" ? shownLive(row.reply) : null}
          isLast={isLast}
          model={row.kind === "waiting" ? models.chosen : null}
          editing={false}
          actions={NOTHING_TO_DO}
          onEdit={async () => {}}
          onCancelEdit={() => {}}
        />
      );
    case "trouble":
      return <NoAnswer reply={row.reply} deeds={deeds} openings={openings} />;
    case "unanswered":
      return <Unanswered message={row.message} deeds={deeds} />;
  }
}

type SaidProps = Omit<RowViewProps, "row"> & { message: Message; reply: Reply | null };

function Said({ message, reply, isLast, isEditing, isBusy, models, deeds, openings }: SaidProps) {
  const isWritten = reply !== null && reply.ending === null;
  const actions = useMemo(
    () => (deeds ? actionsOf(message, { deeds, openings, isBusy, isWritten }) : NOTHING_TO_DO),
    [message, deeds, openings, isBusy, isWritten],
  );
  const keep = async (text: string, version: number) => {
    if (text !== message.text) await deeds?.edit(message, text, version);
    openings.edit(null);
  };
  const keepAndAnswer = async (text: string, version: number) => {
    await keep(text, version);
    await deeds?.write("regenerate", message.id);
  };
  const live = reply && shownLive(reply, reply.kind === "continue" ? message.text : "");
  return (
    <MessageView
      message={message}
      live={live}
      isLast={isLast}
      model={modelOf(message, isWritten, models)}
      editing={isEditing}
      actions={actions}
      onEdit={keep}
      onEditAndAnswer={message.role === "user" && !isBusy ? keepAndAnswer : undefined}
      onCancelEdit={() => openings.edit(null)}
    />
  );
}

/** Return who answered; only what is yet to be known goes by the model that is asked. */
function modelOf({ reply }: Message, isWritten: boolean, models: Models): AnsweringModel | null {
  if (reply?.model) return models.of(reply.model);
  return isWritten ? models.chosen : null;
}

type Surroundings = { deeds: Deeds; openings: Openings; isBusy: boolean; isWritten: boolean };

function actionsOf(message: Message, { deeds, openings, isBusy, isWritten }: Surroundings): MessageActions {
  const copy = () => void deeds.copy(message);
  if (isWritten) return { copy };
  const isAnswer = message.role === "assistant";
  const always: MessageActions = {
    copy,
    edit: () => openings.edit(message),
    delete: () => void deeds.delete(message),
    deleteBelow: () => void deeds.deleteBelow(message),
    branch: () => openings.name(message, "branch"),
    checkpoint: () => openings.name(message, "checkpoint"),
    ...(message.hidden
      ? { unhide: () => void deeds.unhide(message) }
      : { hide: () => void deeds.hide(message) }),
    ...(message.editions > 0 && { editions: () => openings.editions(message) }),
    moveUp: () => void deeds.moveUp(message),
    moveDown: () => void deeds.moveDown(message),
    duplicate: () => void deeds.duplicate(message),
  };
  if (isBusy) return always;
  return {
    ...always,
    ...((isAnswer || message.swipes > 1) && { swipe: (to: number | "new") => void deeds.swipe(message, to) }),
    regenerate: () => void deeds.write("regenerate", message.id),
    ...(isAnswer && {
      continue: () => void deeds.write("continue", message.id),
      retry: () => void deeds.write("regenerate", message.id),
      useOtherConnection: () =>
        openings.otherConnection((connection) => void deeds.write("regenerate", message.id, { connection })),
    }),
  };
}

function NoAnswer({ reply, deeds, openings }: { reply: Reply; deeds: Deeds | null; openings: Openings }) {
  const { t } = useTranslation();
  const error = reply.ending?.error;
  const told = error?.message ?? "Tapster was stopped before a word was written.";
  return (
    <Trouble
      message={told}
      details={error ? detailsOf(error) : null}
      onRetry={() => void deeds?.retry(reply)}
      actions={
        <>
          {error?.reason === "auth" && openings.asked !== null && (
            <Button
              size="compact-sm"
              variant="light"
              renderRoot={(link) => (
                <Link {...link} to="/connections/$connectionId" params={{ connectionId: openings.asked ?? "" }} />
              )}
            >
              {t("To the connection")}
            </Button>
          )}
          <Button
            size="compact-sm"
            variant="light"
            onClick={() => openings.otherConnection((connection) => void deeds?.retry(reply, { connection }))}
          >
            {t("Use another connection")}
          </Button>
        </>
      }
    />
  );
}

const detailsOf = ({ status, code, error_type, param, detail, reason }: NonNullable<NonNullable<Reply["ending"]>["error"]>) =>
  [`${reason}${status ? ` · ${status}` : ""}`, code, error_type, param, detail]
    .filter((each) => each !== null && each !== undefined && each !== "")
    .join("\n");

function Unanswered({ message, deeds }: { message: Message; deeds: Deeds | null }) {
  const { t } = useTranslation();
  return (
    <Group gap="xs">
      <Text size="sm" c="dimmed">
        {t("Nobody answered this.")}
      </Text>
      <Button
        size="compact-sm"
        variant="light"
        onClick={() => void deeds?.write("regenerate", message.id)}
      >
        {t("Have it answered")}
      </Button>
    </Group>
  );
}
