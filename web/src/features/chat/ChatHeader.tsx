import { ActionIcon, Group, Tooltip } from "@mantine/core";
import { IconAdjustmentsHorizontal, IconSearch } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Chat } from "@/api/chats";
import classes from "@/features/chat/ChatHeader.module.css";
import { ChatTitle } from "@/features/chat/ChatTitle";
import { HeaderMenu } from "@/features/chat/HeaderMenu";
import { WhoAnswers } from "@/features/chat/WhoAnswers";
import { keysOf, writtenKeys } from "@/lib/shortcuts";

type ChatHeaderProps = {
  chatId: string | null;
  chat: Chat | null;
  /** Opens and closes the response configuration. */
  panel: { isOpen: boolean; toggle: () => void };
};

/** What stands above a chat: its name, who answers, and what can be done with all of it. */
export const ChatHeader = memo(function ChatHeader({ chatId, chat, panel }: ChatHeaderProps) {
  const { t } = useTranslation();
  const label = panel.isOpen ? t("Close the response configuration") : t("AI Response Configuration");
  return (
    <header className={classes.header} data-bar>
      <ChatTitle chat={chat} />
      <WhoAnswers chatId={chatId} />
      <Group gap={0} wrap="nowrap" className={classes.tools}>
        {chatId !== null && (
          <Tooltip label={t("Search in this chat")}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={40}
              className={classes.search}
              aria-label={t("Search in this chat")}
              renderRoot={(props) => <Link {...props} to="/search" search={{ chat: chatId }} />}
            >
              <IconSearch size={18} />
            </ActionIcon>
          </Tooltip>
        )}
        {chat && <HeaderMenu chat={chat} />}
        <Tooltip label={`${label} (${writtenKeys(keysOf("panel"), t).join(" ")})`}>
          <ActionIcon
            variant={panel.isOpen ? "light" : "subtle"}
            color={panel.isOpen ? undefined : "gray"}
            size={40}
            aria-label={t("AI Response Configuration")}
            aria-expanded={panel.isOpen}
            onClick={panel.toggle}
          >
            <IconAdjustmentsHorizontal size={20} />
          </ActionIcon>
        </Tooltip>
      </Group>
    </header>
  );
});
