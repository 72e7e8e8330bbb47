import { Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { chatQuery } from "@/api/chats";
import { previewChat } from "@/api/previews";
import { sentenceOf } from "@/api/problems";
import { CountedBy } from "@/features/response/CountedBy";
import { RequestText } from "@/features/response/RequestText";
import { SharesBar } from "@/features/response/SharesBar";
import { WHYS } from "@/features/response/sent";
import { shortCount } from "@/lib/figures";
import { told } from "@/lib/words";
import { Coded } from "@/ui/Coded";
import { Trouble } from "@/ui/Trouble";

const PATIENCE = 600;

type WhatIsSentProps = {
  chatId: string | null;
  /** Whether it is looked at; else nobody is asked. */
  open: boolean;
};

/** The request for the next answer as it would go out, what it is made of, and what was left out. */
export function WhatIsSent({ chatId, open }: WhatIsSentProps) {
  const { t, i18n } = useTranslation();
  const chat = useQuery({ ...chatQuery(chatId ?? ""), enabled: chatId !== null }).data;
  const [version] = useDebouncedValue(chat?.version ?? 0, PATIENCE);
  const preview = useQuery({
    queryKey: ["chat", chatId, "preview", version],
    queryFn: () => previewChat(chatId ?? ""),
    enabled: open && chatId !== null && version > 0,
    placeholderData: keepPreviousData,
  });
  if (chatId === null) {
    return <Text size="sm">{t("It is shown here as soon as the chat has begun.")}</Text>;
  }
  if (preview.error && !preview.data) {
    return <Trouble message={sentenceOf(preview.error)} onRetry={() => void preview.refetch()} />;
  }
  if (!preview.data) return <Text size="sm">{t("Being put together …")}</Text>;
  const { report, request, model } = preview.data;
  const short = (count: number) => shortCount(count, i18n.language);
  return (
    <Stack gap="sm">
      <Text size="sm">
        {t("{{total}} of {{budget}} tokens for {{model}}; {{reply}} are kept for the answer.", {
          total: short(report.counted ?? report.total),
          budget: short(report.budget),
          reply: short(report.reply),
          model,
        })}
      </Text>
      <SharesBar parts={report.items} />
      {report.cuts?.map((cut) => (
        <Text key={cut.why} size="sm" c="var(--tap-warn)">
          {cut.and_older
            ? t("{{count}} messages left out and all before them. {{why}}", {
                count: cut.count,
                why: told(WHYS[cut.why] ?? cut.why),
              })
            : t("{{count}} messages left out. {{why}}", {
                count: cut.count,
                why: told(WHYS[cut.why] ?? cut.why),
              })}
        </Text>
      ))}
      <CountedBy report={report} />
      {report.context_assumed && (
        <Text size="xs" c="dimmed">
          {t("Nobody says how much this model takes: {{context}} tokens are assumed.", {
            context: short(report.context),
          })}
        </Text>
      )}
      {request.notices?.map((notice) => (
        <Text key={notice} size="sm" c="var(--tap-warn)">
          <Coded>{told(notice)}</Coded>
        </Text>
      ))}
      <RequestText preview={preview.data} />
    </Stack>
  );
}
