import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sentenceOf } from "@/api/problems";
import { type JobWanted, hearJob, modelJobsQuery, servedQuery, startModelJob } from "@/api/served";
import type { Source } from "@/api/sources";
import { AdminKey } from "@/features/connections/AdminKey";
import classes from "@/features/connections/ConnectionsDesk.module.css";
import { DownloadField } from "@/features/connections/DownloadField";
import { Part } from "@/features/connections/Part";
import { ServedRow } from "@/features/connections/ServedRow";
import { withOption } from "@/features/connections/draft";
import { rowsOf } from "@/features/connections/servedRows";
import { told } from "@/lib/words";
import { OptionField } from "@/ui/OptionField";
import { StatusLine } from "@/ui/Status";
import { Trouble } from "@/ui/Trouble";

type ServedPartProps = {
  /** The id of a saved connection, and its own options, as which a model is loaded. */
  connection: string;
  usual: Readonly<Record<string, unknown>>;
  source: Source;
  control: NonNullable<Source["control"]>;
};

/** The models on a server of one's own: asked for, loaded, unloaded, downloaded. */
export function ServedPart({ connection, usual, source, control }: ServedPartProps) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [asked, setAsked] = useState(false);
  const [options, setOptions] = useState<Record<string, unknown>>({});
  const served = useQuery({ ...servedQuery(connection), enabled: asked });
  const jobs = useQuery(modelJobsQuery(connection));
  const start = useMutation({
    mutationFn: (wanted: JobWanted) => startModelJob(connection, wanted),
    onSuccess: (job) => hearJob(cache, job),
  });
  const rows = rowsOf(served.data ?? [], jobs.data ?? []);
  const none = asked && served.data?.length === 0 && rows.length === 0;
  return (
    <Part
      title={t("Models on this server")}
      about={t("What {{source}} has on its own computer, and what of it is in memory.", { source: source.title })}
    >
      <Group gap={12}>
        <Button
          variant="default"
          mih={40}
          leftSection={<IconRefresh size={16} aria-hidden />}
          loading={served.isFetching && !served.data}
          onClick={() => (asked ? void served.refetch() : setAsked(true))}
        >
          {asked ? t("Ask the server again") : t("Ask the server for its models")}
        </Button>
        {none && <StatusLine mood="idle">{t("It has no models yet.")}</StatusLine>}
      </Group>
      {served.error && !served.isFetching && <Trouble message={sentenceOf(served.error)} />}
      {served.isLoading && (
        <Skeleton h={58} role="status" aria-busy aria-label={t("Asking the server for its models")} />
      )}
      {rows.length > 0 && (
        <Stack component="ul" gap={8} className={classes.rows}>
          {rows.map((row) => (
            <ServedRow
              key={row.model.id}
              {...row}
              deeds={control.deeds}
              onDo={(deed) =>
                start.mutate({ deed, model: row.model.id, options: deed === "load" ? options : {} })
              }
            />
          ))}
        </Stack>
      )}
      {start.error && (
        <Text size="sm" c="var(--tap-bad)" role="alert">
          {told(sentenceOf(start.error))}
        </Text>
      )}
      {rows.length > 0 && control.deeds.includes("load") && control.options.length > 0 && (
        <Stack gap={12} role="group" aria-label={t("How a model is loaded here")}>
          <Text size="sm" c="dimmed">
            {t("How a model is loaded here. What is left empty is as messages of this connection have it.")}
          </Text>
          {control.options.map((option) => (
            <OptionField
              key={option.name}
              option={{ ...option, default: usual[option.name] ?? option.default }}
              value={options[option.name]}
              onChange={(value) => setOptions(withOption(options, option.name, value))}
            />
          ))}
        </Stack>
      )}
      {control.deeds.includes("download") && (
        <DownloadField
          example={control.example}
          busy={start.isPending && start.variables.deed === "download"}
          onDownload={(model) => start.mutateAsync({ deed: "download", model, options: {} })}
        />
      )}
      {control.admin && (
        <AdminKey connection={connection} onKept={() => (asked ? void served.refetch() : undefined)} />
      )}
    </Part>
  );
}
