import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type ModelJob, type Progress as HowFar, stopModelJob } from "@/api/served";
import { shareOf } from "@/features/connections/servedRows";
import { useElapsed } from "@/lib/elapsed";
import { duration } from "@/lib/figures";
import { fileSize } from "@/lib/sizes";
import { ShareBar } from "@/ui/ShareBar";
import { showTrouble } from "@/ui/toasts";

const NOTHING_SAID: HowFar = { unit: "bytes" };

type JobProgressProps = { job: ModelJob };

/** How far a server is with a model, and the way to stop it. */
export function JobProgress({ job }: JobProgressProps) {
  const { t, i18n } = useTranslation();
  const elapsed = useElapsed(true, job.started_at * 1000);
  const stop = useMutation({
    mutationFn: () => stopModelJob(job.connection, job.id),
    onError: showTrouble,
  });
  const { progress = NOTHING_SAID, model } = job;
  const share = shareOf(progress);
  const names = {
    load: t("Loading {{model}}", { model }),
    unload: t("Unloading {{model}}", { model }),
    download: t("Downloading {{model}}", { model }),
  };
  const size = (count: number) => fileSize(count, i18n.language);
  const counted =
    share === null
      ? null
      : progress.unit === "parts"
        ? t("part {{done}} of {{total}}", { done: progress.done, total: progress.total })
        : progress.unit === "percent"
          ? `${Math.round(share)} %`
          : t("{{done}} of {{total}}", { done: size(progress.done ?? 0), total: size(progress.total ?? 0) });
  const facts = [counted, progress.said, duration(elapsed, i18n.language)].filter(Boolean);
  return (
    <Group gap={12} wrap="nowrap" align="center">
      <Stack gap={4} flex={1} miw={0}>
        <ShareBar share={share} label={names[job.deed]} />
        <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          {names[job.deed]} · {facts.join(" · ")}
        </Text>
      </Stack>
      <Button
        variant="default"
        mih={40}
        loading={stop.isPending}
        aria-label={t("Cancel: {{name}}", { name: names[job.deed] })}
        onClick={() => stop.mutate()}
      >
        {t("Cancel")}
      </Button>
    </Group>
  );
}
