import { Skeleton, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { sentenceOf } from "@/api/problems";
import { ChatItem } from "@/features/chats/ChatItem";
import classes from "@/features/chats/List.module.css";
import { useActing } from "@/features/chats/acting";
import { grouped } from "@/features/chats/grouping";
import { useListing } from "@/features/chats/listing";
import { More } from "@/ui/More";
import { Trouble } from "@/ui/Trouble";

/** The chats whose title has `q` in it, by day. */
export function AllChats({ q }: { q: string }) {
  const { t } = useTranslation();
  const { list, chats } = useListing(q, false);
  const acting = useActing();
  if (list.error && !chats) {
    return <Trouble message={sentenceOf(list.error)} onRetry={() => void list.refetch()} />;
  }
  if (!chats) {
    return (
      <Stack gap="xs" role="status" aria-label={t("Loading")}>
        {[0, 1, 2, 3, 4].map((each) => (
          <Skeleton key={each} h={56} />
        ))}
      </Stack>
    );
  }
  return (
    <Stack gap="md">
      {!chats.length && !list.hasNextPage && (
        <Text c="dimmed">{q ? t("No chat has that in its title.") : t("No chats yet")}</Text>
      )}
      {grouped(chats).map(({ name, title, chats: own }) => (
        <div key={name}>
          <h2 className={classes.heading} id={`chats-${name}`}>
            {t(title)}
          </h2>
          <ul className={classes.list} aria-labelledby={`chats-${name}`}>
            {own.map((chat) => (
              <ChatItem key={chat.id} chat={chat} acting={acting} />
            ))}
          </ul>
        </div>
      ))}
      <More
        isThere={list.hasNextPage}
        isLoading={list.isFetchingNextPage}
        onMore={() => void list.fetchNextPage()}
      />
    </Stack>
  );
}
