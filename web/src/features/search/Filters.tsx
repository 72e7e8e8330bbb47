import { Group, Select, TextInput } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { chatQuery, chatsQuery } from "@/api/chats";

export type Filter = {
  role: "user" | "assistant" | "system" | null;
  chat: string | null;
  /** Days, such as `2026-11-30`; empty: any. */
  since: string;
  until: string;
};

// Four beside each other, or two and two.
const EVENLY = "1 0 150px";

type FiltersProps = { value: Filter; onChange: (value: Filter) => void };

/** What narrows a search down: who said it, in which chat, when. */
export function Filters({ value, onChange }: FiltersProps) {
  const { t } = useTranslation();
  const pages = useInfiniteQuery(chatsQuery()).data?.pages ?? [];
  const listed = pages.flatMap((page) => page.chats ?? []);
  const isListed = listed.some((chat) => chat.id === value.chat);
  const enabled = value.chat !== null && !isListed;
  // An older one that was asked for by its address.
  const chosen = useQuery({ ...chatQuery(value.chat ?? ""), enabled }).data;
  const chats = enabled && chosen ? [chosen, ...listed] : listed;
  const put = (changes: Partial<Filter>) => onChange({ ...value, ...changes });
  return (
    <Group gap="sm" align="flex-end">
      <Select
        label={t("Who said it")}
        flex={EVENLY}
        placeholder={t("Anybody")}
        clearable
        data={[
          { value: "user", label: t("You") },
          { value: "assistant", label: t("The model") },
          { value: "system", label: t("System") },
        ]}
        value={value.role}
        onChange={(role) => put({ role: role as Filter["role"] })}
      />
      <Select
        label={t("In the chat")}
        flex={EVENLY}
        placeholder={t("Any chat")}
        clearable
        searchable
        data={chats.map((chat) => ({
          value: chat.id,
          label: chat.title || t("A chat without a title"),
        }))}
        value={value.chat}
        onChange={(chat) => put({ chat })}
      />
      <TextInput
        type="date"
        label={t("From")}
        flex={EVENLY}
        value={value.since}
        max={value.until || undefined}
        onChange={(event) => put({ since: event.currentTarget.value })}
      />
      <TextInput
        type="date"
        label={t("Until")}
        flex={EVENLY}
        value={value.until}
        min={value.since || undefined}
        onChange={(event) => put({ until: event.currentTarget.value })}
      />
    </Group>
  );
}
