import { Button, Group, Loader, Skeleton } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { sentenceOf } from "@/api/problems";
import {
  type JobWanted,
  areMoving,
  hearJob,
  modelJobsQuery,
  servedQuery,
  startModelJob,
} from "@/api/served";
import type { Source } from "@/api/sources";
import { AdminKey } from "@/features/connections/AdminKey";
import classes from "@/features/connections/ConnectionsDesk.module.css";
import { DownloadField } from "@/features/connections/DownloadField";
import { LoadOptions } from "@/features/connections/LoadOptions";
import { Part } from "@/features/connections/Part";
import { ServedRow } from "@/features/connections/ServedRow";
import { rowsOf } from "@/features/connections/servedRows";
import { useShownAnew } from "@/features/connections/shownAnew";
import { told } from "@/lib/words";
import { StatusLine } from "@/ui/Status";
import { Trouble } from "@/ui/Trouble";
import { useNeighbour } from "@/ui/neighbour";

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
  const models = servedQuery(connection);
  // A list that was asked for before is here again, and has to be true.
  const [asked, setAsked] = useState(() => cache.getQueryData(models.queryKey) !== undefined);
  const [options, setOptions] = useState<Record<string, unknown>>({});
  const served = useQuery({ ...models, enabled: asked });
  const jobs = useQuery(modelJobsQuery(connection));
  const start = useMutation({
    mutationFn: (wanted: JobWanted) => startModelJob(connection, wanted),
    onSuccess: (job) => hearJob(cache, job),
  });
  useShownAnew(connection, served.dataUpdatedAt, jobs.data);
  const list = useRef<HTMLUListElement>(null);
  const keyboard = useNeighbour({ within: list, each: "li" });
  const rows = rowsOf(served.data ?? [], jobs.data ?? []);
  // One that is at work is asked every other second, and nothing need be said of that.
  const isAsking = served.isFetching && !areMoving(served.data);
  const none = asked && served.data?.length === 0 && rows.length === 0;
  const refused = start.error && { ...start.variables, why: told(sentenceOf(start.error)) };
  const isListed = (id: string | undefined) => rows.some(({ model }) => model.id === id);
  return (
    <Part
      title={t("Models on this server")}
      about={t("What {{source}} has on its own computer, and what of it is in memory.", { source: source.title })}
    >
      <Group gap={12}>
        <Button
          variant="default"
          mih={40}
          leftSection={isAsking ? <Loader size={16} /> : <IconRefresh size={16} aria-hidden />}
          aria-busy={isAsking}
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
      {rows.length > 0 && control.deeds.includes("load") && control.options.length > 0 && (
        <LoadOptions offered={control.options} usual={usual} options={options} onChange={setOptions} />
      )}
      {rows.length > 0 && (
        <ul className={classes.served} ref={list} {...keyboard}>
          {rows.map((row) => (
            <ServedRow
              key={row.model.id}
              {...row}
              deeds={control.deeds}
              starting={start.isPending && start.variables.model === row.model.id}
              refused={refused?.model === row.model.id ? refused.why : null}
              onDo={(deed) =>
                start.mutate({ deed, model: row.model.id, options: deed === "load" ? options : {} })
              }
            />
          ))}
        </ul>
      )}
      {control.deeds.includes("download") && (
        <DownloadField
          example={control.example}
          busy={start.isPending && start.variables.deed === "download"}
          refused={refused && !isListed(refused.model) ? refused.why : null}
          onDownload={(model) => start.mutateAsync({ deed: "download", model, options: {} })}
        />
      )}
      {control.admin && (
        <AdminKey connection={connection} onKept={() => (asked ? void served.refetch() : undefined)} />
      )}
    </Part>
  );
}
