import { Button, Stack, Text } from "@mantine/core";
import { IconMessages } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ChatItem } from "@/features/chats/ChatItem";
import { ChatListing, Days } from "@/features/chats/ChatListing";
import classes from "@/features/chats/List.module.css";
import { useActing } from "@/features/chats/acting";
import { useListing } from "@/features/chats/listing";

/** The chats whose title has `q` in it, by day. */
export function AllChats({ q }: { q: string }) {
  const { t } = useTranslation();
  const acting = useActing();
  return (
    <ChatListing
      listing={useListing(q, false)}
      row={56}
      empty={q ? <Text c="dimmed">{t("No chat has that in its title.")}</Text> : <NoneYet />}
    >
      {(chats) => (
        <Stack gap="md">
          <Days chats={chats} name="chats" look={classes}>
            {(chat) => <ChatItem key={chat.id} chat={chat} acting={acting} />}
          </Days>
        </Stack>
      )}
    </ChatListing>
  );
}

function NoneYet() {
  const { t } = useTranslation();
  return (
    <Stack align="center" gap="xs" py="xl">
      <IconMessages size={40} stroke={1.5} aria-hidden color="var(--tap-idle)" />
      <Text c="dimmed">{t("No chats yet")}</Text>
      <Button component={Link} to="/" variant="light">
        {t("New chat")}
      </Button>
    </Stack>
  );
}
