import { Button, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Deed, ServedModel } from "@/api/served";
import classes from "@/features/connections/ConnectionsDesk.module.css";
import { JobProgress } from "@/features/connections/JobProgress";
import { type ServedRowShown, isFetched, shareOf } from "@/features/connections/servedRows";
import { moment } from "@/lib/figures";
import { fileSize } from "@/lib/sizes";
import { told } from "@/lib/words";
import { type Mood, StatusLine } from "@/ui/Status";

type ServedRowProps = ServedRowShown & {
  /** What the server can be asked for. */
  deeds: readonly Deed[];
  /** Whether it is being asked for something. */
  starting: boolean;
  /** Why it would not be asked for that. */
  refused: string | null;
  onDo: (deed: Deed) => void;
};

// One that is to be unloaded after the year 2200 stays for ever, as its server writes that.
const FOR_EVER = 7_258_118_400;
const IN_MEMORY: readonly unknown[] = ["loaded", "sleeping", "loading"];

/** One model on a server: how it stands, and what can be done with it. */
export function ServedRow({ model, job, deeds, starting, refused, onDo }: ServedRowProps) {
  const { t } = useTranslation();
  const facts = useFacts(model);
  const running = job?.state === "running";
  const loaded = IN_MEMORY.includes(model.state);
  const deed: Deed = loaded ? "unload" : "load";
  const offered = deeds.includes(deed) && (model.state != null || loaded) && model.state !== "downloading";
  const message = job && !running && (job.message ?? (isFetched(job) ? t("Downloaded.") : null));
  // The button of the row does the same again.
  const retried = job?.state === "failed" && !(offered && job.deed === deed);
  return (
    <li className={classes.key} tabIndex={-1}>
      <Stack gap={8}>
        <Group gap={12} justify="space-between" wrap="nowrap">
          <div className={classes.keyFacts}>
            <Text size="sm" ff="monospace" fw={600} style={{ overflowWrap: "anywhere" }}>
              {model.id}
            </Text>
            {facts.length > 0 && (
              <Text size="xs" c={loaded ? "var(--tap-ready)" : "dimmed"} role="status">
                {facts.join(" · ")}
              </Text>
            )}
          </div>
          {offered && !running && (
            <Button
              variant={loaded ? "default" : "light"}
              mih={40}
              loading={starting}
              aria-label={
                loaded ? t("Unload {{model}}", { model: model.id }) : t("Load {{model}}", { model: model.id })
              }
              onClick={() => onDo(deed)}
            >
              {loaded ? t("Unload") : t("Load")}
            </Button>
          )}
        </Group>
        {running && <JobProgress job={job} />}
        {message && (
          <Group gap={12} justify="space-between">
            <div className={classes.said}>
              <StatusLine mood={MOODS[job.state] ?? "bad"}>{told(message)}</StatusLine>
            </div>
            {retried && (
              <Button
                variant="default"
                mih={40}
                loading={starting}
                aria-label={t("Retry: {{name}}", { name: model.id })}
                onClick={() => onDo(job.deed)}
              >
                {t("Retry")}
              </Button>
            )}
          </Group>
        )}
        {refused && (
          <Text size="sm" c="var(--tap-bad)" role="alert">
            {refused}
          </Text>
        )}
      </Stack>
    </li>
  );
}

const MOODS: Record<string, Mood> = { stopped: "warn", done: "ready" };

/** Return what there is to know of a model, in a few words each. */
function useFacts(model: ServedModel): string[] {
  const { t, i18n } = useTranslation();
  const states = {
    loaded: t("loaded"),
    unloaded: t("not loaded"),
    loading: t("being loaded"),
    sleeping: t("asleep: it wakes with the next message"),
    downloading: t("being downloaded"),
  };
  const share = model.progress ? shareOf(model.progress) : null;
  const expires = model.expires_at ?? null;
  return [
    model.state ? states[model.state] : null,
    share === null ? null : `${Math.round(share)} %`,
    expires === null
      ? null
      : expires > FOR_EVER
        ? t("stays there")
        : t("until {{when}}", { when: moment(expires, i18n.language) }),
    model.context == null
      ? null
      : t("context {{tokens}}", { tokens: model.context.toLocaleString(i18n.language) }),
    model.size == null ? null : fileSize(model.size, i18n.language),
  ].filter((fact) => fact !== null);
}
