import { Button, Group, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ChatListed } from "@/api/chats";
import { ChatListing } from "@/features/chats/ChatListing";
import classes from "@/features/chats/List.module.css";
import { type Acting, useActing } from "@/features/chats/acting";
import { useListing } from "@/features/chats/listing";
import { moment } from "@/lib/figures";

/** Chats that were deleted: brought back, or removed for good. */
export function DeletedChats({ q }: { q: string }) {
  const { t } = useTranslation();
  const acting = useActing();
  return (
    <ChatListing
      listing={useListing(q, true)}
      row={56}
      empty={
        <Text c="dimmed">
          {q ? t("No chat has that in its title.") : t("No deleted chats. What you delete can be brought back here.")}
        </Text>
      }
    >
      {(chats) => (
        <ul className={classes.list}>
          {chats.map((chat) => (
            <DeletedChat key={chat.id} chat={chat} acting={acting} />
          ))}
        </ul>
      )}
    </ChatListing>
  );
}

function DeletedChat({ chat, acting }: { chat: ChatListed; acting: Acting }) {
  const { t, i18n } = useTranslation();
  const [asking, setAsking] = useState(false);
  return (
    <li className={classes.deleted}>
      <div className={classes.words}>
        <Text fw={500} truncate>
          {chat.title || t("A chat without a title")}
        </Text>
        <Text size="xs" c="dimmed">
          {t("deleted {{when}}", { when: moment(chat.deleted_at ?? 0, i18n.language) })}
        </Text>
      </div>
      {asking ? (
        <Group gap="xs">
          <Text size="sm">{t("It cannot be brought back after that.")}</Text>
          <Button size="xs" color="red" onClick={() => acting.removeForGood(chat)}>
            {t("Delete for good")}
          </Button>
          <Button size="xs" variant="subtle" color="gray" onClick={() => setAsking(false)}>
            {t("Keep it")}
          </Button>
        </Group>
      ) : (
        <Group gap="xs">
          <Button size="xs" variant="light" onClick={() => acting.restore(chat)}>
            {t("Restore")}
          </Button>
          <Button size="xs" variant="subtle" color="red" onClick={() => setAsking(true)}>
            {t("Delete for good")}
          </Button>
        </Group>
      )}
    </li>
  );
}
