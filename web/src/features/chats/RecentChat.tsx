import { ActionIcon } from "@mantine/core";
import { IconDots, IconPin } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Chat } from "@/api/chats";
import { ChatMenu } from "@/features/chats/ChatMenu";
import classes from "@/features/chats/Recent.module.css";
import { TitleField } from "@/features/chats/TitleField";
import type { Acting } from "@/features/chats/acting";

type RecentChatProps = { chat: Chat; active: boolean; acting: Acting };

/** One chat in the sidebar, with its menu behind ⋯ and the right mouse button. */
export function RecentChat({ chat, active, acting }: RecentChatProps) {
  const { t } = useTranslation();
  const [menu, setMenu] = useState(false);
  const [renaming, setRenaming] = useState(false);
  const title = chat.title || t("A chat without a title");
  if (renaming) {
    return (
      <li className={classes.row}>
        <TitleField
          title={chat.title ?? ""}
          onRename={(said) => acting.rename(chat, said)}
          onDone={() => setRenaming(false)}
        />
      </li>
    );
  }
  return (
    <li
      className={classes.row}
      data-active={active || undefined}
      data-open={menu || undefined}
      onContextMenu={(event) => {
        event.preventDefault();
        setMenu(true);
      }}
    >
      <Link
        className={classes.link}
        to="/chats/$chatId"
        params={{ chatId: chat.id }}
        aria-current={active ? "page" : undefined}
        title={title}
      >
        {chat.pinned && <IconPin size={14} aria-hidden className={classes.pin} />}
        <span className={classes.title}>{title}</span>
      </Link>
      <ChatMenu
        chat={chat}
        acting={acting}
        opened={menu}
        onChange={setMenu}
        onRename={() => setRenaming(true)}
      >
        <ActionIcon
          className={classes.more}
          variant="subtle"
          color="gray"
          aria-label={t("What to do with “{{title}}”", { title })}
        >
          <IconDots size={16} />
        </ActionIcon>
      </ChatMenu>
    </li>
  );
}
