import { Blockquote, Button, Group, Stack, Text } from "@mantine/core";
import { IconSend } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { tryConnection } from "@/api/connections";
import { sentenceOf } from "@/api/problems";
import { Part } from "@/features/connections/Part";
import { dollars } from "@/lib/figures";
import { told } from "@/lib/words";
import { StatusLine } from "@/ui/Status";

type TestPartProps = {
  /** Return the connection to try, saved first where it has to be; `null` where that failed. */
  ready: () => Promise<string | null>;
  model: string | null;
  /** Whether trying saves first. */
  saves: boolean;
  /** Whether the model may be one that costs money. */
  costs: boolean;
};

/** Sends one short message, and says how it went. */
export function TestPart({ ready, model, saves, costs }: TestPartProps) {
  const { t, i18n } = useTranslation();
  const trial = useMutation({
    mutationFn: async () => {
      const id = await ready();
      return id === null ? null : tryConnection(id, model);
    },
  });
  const found = trial.data;
  const usage = found?.usage;
  const facts = found && [
    found.model && t("answered by {{model}}", { model: found.model }),
    t("{{count}} ms", { count: found.latency }),
    found.first_token != null && t("first word after {{count}} ms", { count: found.first_token }),
    usage && t("{{input}} tokens read, {{output}} written", { input: usage.input ?? 0, output: usage.output ?? 0 }),
    usage?.cost != null && dollars(usage.cost, i18n.language),
  ].filter(Boolean);
  return (
    <Part title={t("Test Message")}>
      <Group gap={12}>
        <Button
          variant="default"
          leftSection={<IconSend size={16} aria-hidden />}
          loading={trial.isPending}
          onClick={() => trial.mutate()}
        >
          {t("Test Message")}
        </Button>
        <Text size="sm" c="dimmed">
          {saves
            ? t("Saves what you typed, then sends one short message.")
            : costs
              ? t("Sends one short message. It may cost a fraction of a cent.")
              : t("Sends one short message.")}
        </Text>
      </Group>
      {trial.error && <StatusLine mood="bad">{told(sentenceOf(trial.error))}</StatusLine>}
      {found && (
        <Stack gap={8}>
          <StatusLine mood="ready">{t("It answers.")}</StatusLine>
          <Blockquote p={12} m={0} fz="sm" style={{ overflowWrap: "anywhere" }}>
            {found.first_words || t("(an empty answer)")}
          </Blockquote>
          <Text size="sm" c="dimmed">
            {facts?.join(" · ")}
          </Text>
        </Stack>
      )}
    </Part>
  );
}
