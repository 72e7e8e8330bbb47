import { Radio, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type Connection, type ConnectionChanges, changeConnection } from "@/api/connections";
import { sentenceOf } from "@/api/problems";
import { MODES, modeOf } from "@/features/response/modes";
import { Trouble } from "@/ui/Trouble";

/** How messages are reshaped for endpoints that are strict about their order. */
export function PostProcessing({ connection }: { connection: Connection }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const { settings } = connection;
  const choose = useMutation({
    mutationFn: (post_processing: string) =>
      changeConnection(connection.id, {
        post_processing,
        version: settings?.version ?? null,
      } as ConnectionChanges),
    onSettled: () => cache.invalidateQueries({ queryKey: ["connections"] }),
  });
  if (!settings) {
    return <Text size="sm">{t("Only admins choose how messages are reshaped.")}</Text>;
  }
  if (connection.ready_made) {
    return <Text size="sm">{t("A ready-made connection has none. Save one of your own to set it.")}</Text>;
  }
  const chosen = choose.isPending ? choose.variables : modeOf(settings);
  return (
    <Stack gap="xs">
      <Radio.Group
        aria-label={t("Prompt Post-Processing")}
        value={chosen}
        onChange={(mode) => choose.mutate(mode)}
      >
        <Stack gap="xs">
          {MODES.map(({ mode, title, meaning }) => (
            <Radio key={mode} value={mode} label={t(title)} description={t(meaning)} />
          ))}
        </Stack>
      </Radio.Group>
      <Text size="xs" c="dimmed">
        {t("Applies to everyone who uses “{{name}}”.", { name: connection.name })}
      </Text>
      {choose.error && <Trouble message={sentenceOf(choose.error)} />}
    </Stack>
  );
}
