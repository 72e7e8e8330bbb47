import { Group, SegmentedControl, Stack, TextInput, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { AllChats } from "@/features/chats/AllChats";
import { DeletedChats } from "@/features/chats/DeletedChats";
import { ImportChats } from "@/features/chats/ImportChats";

const PATIENCE = 250;

/** Every chat, and those that were deleted: found by title, renamed, pinned, brought in and out. */
export function ChatsList() {
  const { t } = useTranslation();
  const [view, setView] = useState<"all" | "deleted">("all");
  const [text, setText] = useState("");
  const [q] = useDebouncedValue(text.trim(), PATIENCE);
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Title order={1} size="h2">
          {t("Chats")}
        </Title>
        <ImportChats />
      </Group>
      <Group gap="sm" align="center">
        <TextInput
          flex={1}
          miw={200}
          aria-label={t("Filter by title")}
          placeholder={t("Filter by title")}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <SegmentedControl
          aria-label={t("Which chats")}
          data={[
            { value: "all", label: t("Chats") },
            { value: "deleted", label: t("Deleted") },
          ]}
          value={view}
          onChange={(said) => setView(said as "all" | "deleted")}
        />
      </Group>
      {view === "all" ? <AllChats q={q} /> : <DeletedChats q={q} />}
    </Stack>
  );
}
