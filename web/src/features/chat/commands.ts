/** What can be done in the open chat, offered to the palette. */

import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconBrain,
  IconCopy,
  IconFileExport,
  IconPencil,
  IconPlayerStop,
  IconPlayerTrackNext,
  IconPlug,
  IconRefresh,
  IconShieldShare,
  IconUserEdit,
  IconVersions,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";
import { useAsked, useModels } from "@/api/asked";
import { type Chat, exportAddress } from "@/api/chats";
import { connectionsQuery } from "@/api/connections";
import type { Message } from "@/api/messages";
import type { ComposerHandle } from "@/features/chat/Composer";
import { useChoose } from "@/features/chat/WhoAnswers";
import type { Deeds } from "@/features/chat/deeds";
import { useDuplicate } from "@/features/chat/duplicating";
import { useRename } from "@/features/chat/renaming";
import { useTreeCommands } from "@/features/chat/treeCommands";
import { FORMS, type Form } from "@/ui/ExportMenu";
import { type Command, useCommands } from "@/ui/commands";

type Offered = {
  chatId: string | null;
  chat: Chat | null;
  composer: RefObject<ComposerHandle | null>;
  deeds: Deeds | null;
  isBusy: boolean;
  last: Message | null;
  lastAnswer: Message | null;
  onRegenerate: (() => void) | null;
  onContinue: (() => void) | null;
};

/** Offer whatever can be done with the chat, its messages and who answers in it. */
export function useChatCommands({ chatId, chat, composer, deeds, isBusy, last, ...ways }: Offered): void {
  const { t } = useTranslation();
  const { lastAnswer, onRegenerate, onContinue } = ways;
  const isFree = deeds !== null && !isBusy;
  useCommands([
    deeds !== null &&
      isBusy && {
        group: "chat",
        label: t("Stop what is being written"),
        words: t("cancel abort halt"),
        action: "stop",
        icon: IconPlayerStop,
        act: () => void deeds.stop(),
      },
    isFree &&
      onRegenerate !== null && {
        group: "chat",
        label: t("Regenerate"),
        words: t("retry again anew redo answer"),
        action: "regenerate",
        icon: IconRefresh,
        act: onRegenerate,
      },
    isFree &&
      lastAnswer !== null && {
        group: "chat",
        label: t("Another answer beside the last"),
        words: t("swipe alternative reply variant"),
        icon: IconVersions,
        act: () => void deeds.swipe(lastAnswer, "new"),
      },
    isFree &&
      onContinue !== null && {
        group: "chat",
        label: t("Continue"),
        words: t("go on write more longer"),
        action: "continue",
        icon: IconPlayerTrackNext,
        act: onContinue,
      },
    isFree && {
      group: "chat",
      label: t("Impersonate: write my next message"),
      words: t("as me suggest"),
      icon: IconUserEdit,
      act: () => void deeds.impersonate(composer.current?.text() ?? ""),
    },
    isFree && {
      group: "chat",
      label: t("Undo the last step"),
      words: t("take back revert"),
      action: "undo",
      icon: IconArrowBackUp,
      act: () => void deeds.step("undo"),
    },
    isFree && {
      group: "chat",
      label: t("Redo the step taken back"),
      words: t("again repeat"),
      icon: IconArrowForwardUp,
      act: () => void deeds.step("redo"),
    },
    ...useTreeCommands({ chatId, deeds: isFree ? deeds : null, last }),
    ...useChoosing(chatId),
    ...useKeeping(chat),
  ]);
}

/** Return the commands that choose who answers: in the chat, or in new ones while none has begun. */
function useChoosing(chatId: string | null): (Command | false)[] {
  const { t } = useTranslation();
  const asked = useAsked(chatId);
  const { models, answering } = useModels(asked);
  const choose = useChoose(chatId);
  const go = useNavigate();
  const connections = useQuery(connectionsQuery).data ?? [];
  // Where a connection leads, only those who may change it are told.
  const changed = asked.connection?.settings && !asked.connection.ready_made ? asked.connection.id : null;
  return [
    changed !== null && {
      group: "chat",
      label: t("Reverse proxy of this connection"),
      words: t("preset password url"),
      icon: IconShieldShare,
      act: () => void go({ to: "/connections/$connectionId", params: { connectionId: changed } }),
    },
    models.length > 0 && {
      group: "chat",
      label: chatId === null ? t("Model for new chats") : t("Model of this chat"),
      words: t("switch change llm"),
      icon: IconBrain,
      choices: () =>
        models.map(({ id, title }) => ({
          label: title && title !== id ? `${title} (${id})` : id,
          isChosen: id === (asked.model ?? answering?.id),
          act: () => choose({ model: id }),
        })),
    },
    // Those of new chats are offered wherever one is.
    chatId !== null &&
      connections.length > 0 && {
        group: "chat",
        label: t("Connection of this chat"),
        words: t("switch change api source provider"),
        icon: IconPlug,
        choices: () =>
          connections.map(({ id, name }) => ({
            label: name,
            isChosen: id === asked.connection?.id,
            act: () => choose({ connection: id, model: null }),
          })),
      },
  ];
}

/** Return the commands that name the chat and carry it out. */
function useKeeping(chat: Chat | null): (Command | false)[] {
  const { t } = useTranslation();
  const rename = useRename();
  const duplicate = useDuplicate();
  if (!chat) return [];
  return [
    {
      group: "chat",
      label: t("Rename the chat"),
      words: t("title name"),
      icon: IconPencil,
      value: chat.title,
      take: (title) => rename({ chat, title }),
    },
    {
      group: "chat",
      label: t("Duplicate the chat"),
      words: t("copy clone"),
      icon: IconCopy,
      act: () => duplicate(chat),
    },
    {
      group: "chat",
      label: t("Export the chat"),
      words: t("download save file json markdown sillytavern"),
      icon: IconFileExport,
      choices: () =>
        (Object.keys(FORMS) as Form[]).map((form) => ({
          label: t(FORMS[form]),
          act: () => download(exportAddress(chat.id, form)),
        })),
    },
  ];
}

/** Have the browser keep what is at an address of ours. */
function download(address: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = "";
  link.click();
}
