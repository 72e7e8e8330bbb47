import { Loader, Stack, Text, TextInput, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { sentenceOf } from "@/api/problems";
import { searchQuery } from "@/api/search";
import { type Filter, Filters } from "@/features/search/Filters";
import { HitItem } from "@/features/search/HitItem";
import classes from "@/features/search/Search.module.css";
import { dayAt } from "@/features/search/days";
import { More } from "@/ui/More";
import { Trouble } from "@/ui/Trouble";

const PATIENCE = 200;
const ANY: Filter = { role: null, chat: null, since: "", until: "" };

type SearchViewProps = {
  /** What stands in the field at first, as from the address. */
  q: string;
  /** In which chat it looks at first; `null`: in all. */
  chat: string | null;
  /** Is told what is searched for and in which chat, once the typing rests. */
  onSearched: (q: string, chat: string | null) => void;
};

/** Search over every message of every chat and branch, as one types. */
export function SearchView({ q: first, chat, onSearched }: SearchViewProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(first);
  const [filter, setFilter] = useState<Filter>({ ...ANY, chat });
  const [q] = useDebouncedValue(text.trim(), PATIENCE);
  const told = useRef(onSearched);
  useEffect(() => {
    told.current = onSearched;
  });
  useEffect(() => told.current(q, filter.chat), [q, filter.chat]);
  const found = useInfiniteQuery({
    ...searchQuery({
      q,
      role: filter.role,
      chat: filter.chat,
      since: dayAt(filter.since),
      until: dayAt(filter.until, true),
    }),
    placeholderData: keepPreviousData,
  });
  const hits = q ? (found.data?.pages.flatMap((page) => page.hits ?? []) ?? []) : [];
  return (
    <Stack gap="md">
      <Title order={1} size="h2">
        {t("Search")}
      </Title>
      <TextInput
        size="md"
        type="search"
        ref={(field) => {
          if (field && !field.dataset.met) {
            field.dataset.met = "yes";
            field.focus();
          }
        }}
        aria-label={t("Search all chats")}
        placeholder={t("Words, a \"phrase\", or a begin*")}
        leftSection={<IconSearch size={18} aria-hidden />}
        rightSection={q && found.isFetching && <Loader size={16} role="img" aria-label={t("Searching")} />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Filters value={filter} onChange={setFilter} />
      {found.error && !hits.length && <Trouble message={sentenceOf(found.error)} onRetry={() => void found.refetch()} />}
      {!q && <HowTo />}
      <div role="status" className={classes.status}>
        {q && found.isSuccess && !hits.length && (
          <Text c="dimmed">{t("Nothing found. Fewer words, or the beginning of one with *, find more.")}</Text>
        )}
        {hits.length > 0 && !found.isFetching && (
          <Text size="sm" c="dimmed">
            {found.hasNextPage
              ? t("More than {{count}} messages found", { count: hits.length })
              : t("{{count}} messages found", { count: hits.length })}
          </Text>
        )}
      </div>
      <ul className={classes.hits} aria-label={t("What was found")} aria-busy={found.isFetching}>
        {hits.map((hit) => (
          <HitItem key={hit.message_id} hit={hit} />
        ))}
      </ul>
      <More
        isThere={Boolean(q) && found.hasNextPage}
        isLoading={found.isFetchingNextPage}
        onMore={() => void found.fetchNextPage()}
      />
    </Stack>
  );
}

function HowTo() {
  const { t } = useTranslation();
  const ways = [
    ["brown fox", t("all of these words, in any order")],
    ['"brown fox"', t("this phrase")],
    ["jump*", t("whatever begins like this")],
  ] as const;
  return (
    <dl className={classes.ways}>
      {ways.map(([written, finds]) => (
        <div key={written} className={classes.way}>
          <dt>
            <code>{written}</code>
          </dt>
          <dd>{finds}</dd>
        </div>
      ))}
    </dl>
  );
}
