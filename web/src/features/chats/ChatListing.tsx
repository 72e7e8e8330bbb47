import { Skeleton, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ChatListed } from "@/api/chats";
import { sentenceOf } from "@/api/problems";
import { grouped } from "@/features/chats/grouping";
import type { Listing } from "@/features/chats/listing";
import { More } from "@/ui/More";
import { Trouble } from "@/ui/Trouble";

const AT_FIRST = [0, 1, 2, 3];

type ChatListingProps = {
  listing: Listing;
  /** How high a row is, which is held free until they come. */
  row: number;
  /** What stands there when there are none. */
  empty: ReactNode;
  children: (chats: readonly ChatListed[]) => ReactNode;
};

/** Chats as they come, page after page: first their place, then them, or why there are none. */
export function ChatListing({ listing: { list, chats }, row, empty, children }: ChatListingProps) {
  const { t } = useTranslation();
  if (list.error && !chats) {
    return <Trouble message={sentenceOf(list.error)} onRetry={() => void list.refetch()} />;
  }
  if (!chats) {
    return (
      <Stack gap="xs" p="xs" role="status" aria-label={t("Loading")}>
        {AT_FIRST.map((each) => (
          <Skeleton key={each} h={row} />
        ))}
      </Stack>
    );
  }
  return (
    <>
      {chats.length === 0 && !list.hasNextPage ? empty : children(chats)}
      <More
        isThere={list.hasNextPage}
        isLoading={list.isFetchingNextPage}
        onMore={() => void list.fetchNextPage()}
      />
    </>
  );
}

type DaysProps = {
  chats: readonly ChatListed[];
  /** Tells its headings from those of another list on the page. */
  name: string;
  look: { readonly heading?: string; readonly list?: string };
  children: (chat: ChatListed) => ReactNode;
};

/** Chats under the day they changed on last. */
export function Days({ chats, name, look, children }: DaysProps) {
  const { t } = useTranslation();
  return grouped(chats).map((group) => {
    const id = `${name}-${group.name}`;
    return (
      <div key={group.name}>
        <h2 className={look.heading} id={id}>
          {t(group.title)}
        </h2>
        <ul className={look.list} aria-labelledby={id}>
          {group.chats.map(children)}
        </ul>
      </div>
    );
  });
}
