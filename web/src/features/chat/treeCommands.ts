/** What can be done with the tree of the open chat, offered to the palette. */

import { IconBinaryTree2, IconBookmark, IconGitBranch } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Message } from "@/api/messages";
import type { Deeds } from "@/features/chat/deeds";
import type { Command } from "@/ui/commands";

type Offered = {
  chatId: string | null;
  /** `null`: nothing can be done just now. */
  deeds: Deeds | null;
  /** The end of what is shown. */
  last: Message | null;
};

/** Return the commands that show the tree, and give the end of what is shown a name in it. */
export function useTreeCommands({ chatId, deeds, last }: Offered): (Command | false)[] {
  const { t } = useTranslation();
  const go = useNavigate();
  return [
    chatId !== null && {
      group: "chat",
      label: t("Tree of branches"),
      words: t("alternatives paths map history"),
      icon: IconBinaryTree2,
      act: () => void go({ to: "/chats/$chatId/tree", params: { chatId } }),
    },
    deeds !== null &&
      last !== null && {
        group: "chat",
        label: t("Begin a branch here"),
        words: t("fork split name"),
        icon: IconGitBranch,
        value: "",
        take: (name) => void deeds.branch(last, name),
      },
    deeds !== null &&
      last !== null && {
        group: "chat",
        label: t("Set a checkpoint here"),
        words: t("bookmark mark name"),
        icon: IconBookmark,
        value: "",
        take: (name) => void deeds.checkpoint(last, name),
      },
  ];
}
