import { Button, Code, Collapse, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import {
  type Check,
  type Connection,
  type Standing,
  changeConnection,
  connectionsQuery,
} from "@/api/connections";
import { sentenceOf } from "@/api/problems";
import { changeProxy, proxiesQuery } from "@/api/proxies";
import { StartChat } from "@/features/connections/StartChat";
import { runCheck, useCountdown, useFound } from "@/features/connections/checking";
import { OtherKind } from "@/features/connections/servers/OtherKind";
import { duration } from "@/lib/figures";
import { told } from "@/lib/words";
import { ConnectionStatus } from "@/ui/ConnectionStatus";
import { StatusLine, moodOf } from "@/ui/Status";

type CheckFoundProps = {
  connection: Connection | null;
  /** Seconds the check under way has taken. */
  elapsed: number;
  /** Whether something was typed since. */
  changed: boolean;
};

/** How the connection stands: the sentence, what is done next, and every address tried. */
export function CheckFound({ connection, elapsed, changed }: CheckFoundProps) {
  const { t, i18n } = useTranslation();
  const { check, checkedAt, error, checking, run, found, at } = useFound(connection);
  const waits = check?.state === "key_not_active_yet" && found?.state === check.state;
  const again = waits ? (check?.again_in ?? null) : null;
  const due = again === null || checking ? null : checkedAt * 1000 + Math.max(1, again) * 1000;
  const left = useCountdown(due, run);

  if (checking) {
    // Said once; the seconds are for the eye alone.
    const busy = (
      <>
        {t("Asking the endpoint …")} <span aria-hidden>{duration(elapsed, i18n.language)}</span>
      </>
    );
    return <ConnectionStatus standing={null} busy={busy} />;
  }
  if (error) return <StatusLine mood="bad">{told(sentenceOf(error))}</StatusLine>;
  return (
    <Stack gap={8}>
      <Group gap={12}>
        <ConnectionStatus standing={found && { state: found.state, message: found.message, at }} />
        {connection && found && !changed && isUsable(found.state) && <StartChat connection={connection} />}
      </Group>
      {left !== null && (
        <Text size="sm" c="dimmed" aria-live="off">
          {t("Tried again by itself in {{seconds}} s.", { seconds: left })}
        </Text>
      )}
      {changed && found && (
        <Text size="sm" c="dimmed">
          {t("What you typed since is not checked yet.")}
        </Text>
      )}
      {connection && found?.endpoint && <BetterAddress connection={connection} address={found.endpoint} />}
      {connection && found?.server && <OtherKind connection={connection} server={found.server} />}
      {found && <Particulars found={found} />}
    </Stack>
  );
}

/** Whether nothing is in the way of a chat. */
const isUsable = (state: string) => moodOf(state) === "ready" || state === "bypassed";

function BetterAddress({ connection, address }: { connection: Connection; address: string }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const proxy = connection.settings?.proxy ?? null;
  const presets = useQuery({ ...proxiesQuery, enabled: proxy !== null }).data;
  const kept = proxy ? presets?.find(({ id }) => id === proxy)?.url : connection.settings?.endpoint;
  const use = useMutation({
    mutationFn: async () => {
      if (proxy) await changeProxy(proxy, { url: address });
      else await changeConnection(connection.id, { endpoint: address });
    },
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: connectionsQuery.queryKey, exact: true });
      await runCheck(cache, connection.id);
    },
  });
  // It was kept, and the sentence says so; or that is not known yet.
  if (kept === address || (proxy && !presets)) return null;
  return (
    <Group gap={8}>
      <Text size="sm">{t("At {{address}} it works: use it?", { address })}</Text>
      <Button size="compact-sm" variant="light" loading={use.isPending} onClick={() => use.mutate()}>
        {t("Use it")}
      </Button>
      {use.error && <Text size="sm" c="var(--tap-bad)">{told(sentenceOf(use.error))}</Text>}
    </Group>
  );
}

function Particulars({ found }: { found: Check | Standing }) {
  const { t } = useTranslation();
  const [open, { toggle }] = useDisclosure(false);
  const tried = found.tried ?? [];
  const facts = [
    found.latency != null && t("{{count}} ms", { count: found.latency }),
    found.models != null && t("{{count}} models", { count: found.models }),
  ].filter(Boolean);
  if (!tried.length && !found.words) return null;
  return (
    <>
      <Group>
        <Button size="compact-sm" variant="subtle" color="gray" aria-expanded={open} onClick={toggle}>
          {open ? t("Hide what was tried") : t("Show what was tried")}
        </Button>
      </Group>
      <Collapse expanded={open}>
        <Stack gap={8}>
          {tried.map(({ url, status, outcome }, at) => (
            <Text key={`${url} ${at}`} size="sm" style={{ overflowWrap: "anywhere" }}>
              <Code>{url}</Code> {status != null && <b>{status}</b>} {told(outcome)}
            </Text>
          ))}
          {facts.length > 0 && (
            <Text size="sm" c="dimmed">
              {facts.join(" · ")}
            </Text>
          )}
          {found.words && (
            <>
              <Text size="sm">{t("In the provider’s own words:")}</Text>
              <Code block style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
                {found.words}
              </Code>
            </>
          )}
        </Stack>
      </Collapse>
    </>
  );
}
