import { ActionIcon, Group, Text } from "@mantine/core";
import { IconDots, IconPin } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ChatListed } from "@/api/chats";
import { ChatMenu } from "@/features/chats/ChatMenu";
import classes from "@/features/chats/List.module.css";
import { TitleField } from "@/features/chats/TitleField";
import type { Acting } from "@/features/chats/acting";
import { moment } from "@/lib/figures";

type ChatItemProps = { chat: ChatListed; acting: Acting };

/** One chat in the whole list: its title, how it goes, when it changed last. */
export function ChatItem({ chat, acting }: ChatItemProps) {
  const { t, i18n } = useTranslation();
  const [menu, setMenu] = useState(false);
  const [renaming, setRenaming] = useState(false);
  const title = chat.title || t("A chat without a title");
  return (
    <li className={classes.item}>
      {renaming ? (
        <TitleField
          title={chat.title ?? ""}
          onRename={(said) => acting.rename(chat, said)}
          onDone={() => setRenaming(false)}
        />
      ) : (
        <Link className={classes.link} to="/chats/$chatId" params={{ chatId: chat.id }}>
          <Group gap="xs" wrap="nowrap" justify="space-between">
            <Group gap={4} wrap="nowrap" miw={0}>
              {chat.pinned && <IconPin size={16} role="img" aria-label={t("Pinned")} />}
              <Text fw={500} truncate>
                {title}
              </Text>
            </Group>
            <Text size="xs" c="dimmed" className={classes.facts}>
              {chat.messages !== undefined && (
                <span className={classes.count}>
                  {t("{{count}} messages", { count: chat.messages })} ·{" "}
                </span>
              )}
              {moment(chat.updated_at ?? 0, i18n.language)}
            </Text>
          </Group>
          {chat.preview && (
            <Text size="sm" c="dimmed" truncate>
              {chat.preview}
            </Text>
          )}
        </Link>
      )}
      <ChatMenu
        chat={chat}
        acting={acting}
        opened={menu}
        onChange={setMenu}
        onRename={() => setRenaming(true)}
      >
        <ActionIcon
          variant="subtle"
          color="gray"
          size={40}
          aria-label={t("What to do with “{{title}}”", { title })}
        >
          <IconDots size={18} />
        </ActionIcon>
      </ChatMenu>
    </li>
  );
}
