import { Text } from "@mantine/core";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ChatListing, Days } from "@/features/chats/ChatListing";
import { RecentChat } from "@/features/chats/RecentChat";
import classes from "@/features/chats/Recent.module.css";
import { useActing } from "@/features/chats/acting";
import { useListing } from "@/features/chats/listing";

/** The chats of late, in the sidebar: by day, with more as one scrolls. */
export function RecentChats() {
  const { t } = useTranslation();
  const { chatId } = useParams({ strict: false });
  const go = useNavigate();
  const acting = useActing((chat) => {
    if (chat.id === chatId) void go({ to: "/" });
  });
  return (
    <nav aria-label={t("Recent chats")}>
      <ChatListing
        listing={useListing("", false)}
        row={24}
        empty={
          <Text size="sm" c="dimmed" p="xs">
            {t("No chats yet")}
          </Text>
        }
      >
        {(chats) => (
          <Days chats={chats} name="recent" look={classes}>
            {(chat) => <RecentChat key={chat.id} chat={chat} active={chat.id === chatId} acting={acting} />}
          </Days>
        )}
      </ChatListing>
    </nav>
  );
}
