import { Skeleton, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { chatsQuery } from "@/api/chats";
import { sentenceOf } from "@/api/problems";
import { RecentChat } from "@/features/chats/RecentChat";
import classes from "@/features/chats/Recent.module.css";
import { useActing } from "@/features/chats/acting";
import { grouped } from "@/features/chats/grouping";
import { More } from "@/ui/More";
import { Trouble } from "@/ui/Trouble";

/** The chats of late, in the sidebar: by day, with more as one scrolls. */
export function RecentChats() {
  const { t } = useTranslation();
  const { chatId } = useParams({ strict: false });
  const go = useNavigate();
  const list = useInfiniteQuery(chatsQuery());
  const acting = useActing((chat) => {
    if (chat.id === chatId) void go({ to: "/" });
  });
  if (list.error && !list.data) {
    return <Trouble message={sentenceOf(list.error)} onRetry={() => void list.refetch()} />;
  }
  if (!list.data) {
    return (
      <Stack gap="xs" p="xs" role="status" aria-label={t("Loading")}>
        {[0, 1, 2, 3].map((each) => (
          <Skeleton key={each} h={24} />
        ))}
      </Stack>
    );
  }
  const chats = list.data.pages.flatMap((page) => page.chats ?? []);
  if (!chats.length) {
    return (
      <Text size="sm" c="dimmed" p="xs">
        {t("No chats yet")}
      </Text>
    );
  }
  return (
    <nav aria-label={t("Recent chats")}>
      {grouped(chats).map(({ name, title, chats: own }) => (
        <div key={name}>
          <h2 className={classes.heading} id={`recent-${name}`}>
            {t(title)}
          </h2>
          <ul className={classes.group} aria-labelledby={`recent-${name}`}>
            {own.map((chat) => (
              <RecentChat key={chat.id} chat={chat} active={chat.id === chatId} acting={acting} />
            ))}
          </ul>
        </div>
      ))}
      <More
        isThere={list.hasNextPage}
        isLoading={list.isFetchingNextPage}
        onMore={() => void list.fetchNextPage()}
      />
    </nav>
  );
}
