import { Anchor, Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Connection } from "@/api/connections";
import { sentenceOf } from "@/api/problems";
import { type Source, sourcesQuery } from "@/api/sources";
import { CheckFound } from "@/features/connections/CheckFound";
import { ProxyConsent } from "@/features/connections/ProxyConsent";
import { ProxyFields } from "@/features/connections/ProxyFields";
import { ProxyWarning } from "@/features/connections/ProxyWarning";
import { useCheck } from "@/features/connections/checking";
import { NO_PROXY, hasTypedProxy, movedTo } from "@/features/connections/draft";
import { NEW, keepDraft } from "@/features/connections/drafts";
import { useConnectionForm } from "@/features/connections/useConnectionForm";
import { useElapsed } from "@/lib/elapsed";
import { Trouble } from "@/ui/Trouble";

type ProxySectionProps = { connection: Connection };

/** The proxy of one connection by itself: what is chosen there is saved at once, and checked. */
export function ProxySection({ connection }: ProxySectionProps) {
  const { t } = useTranslation();
  const sources = useQuery(sourcesQuery);
  const source = sources.data?.find(({ id }) => id === connection.source);
  if (source?.built_in) {
    return <Text size="sm">{t("This model runs on this machine: nothing is sent that could pass a proxy.")}</Text>;
  }
  if (!connection.settings) return <ProxyTold connection={connection} />;
  if (connection.ready_made) return <OwnWanted connection={connection} />;
  if (source) return <ProxyForm key={connection.id} connection={connection} source={source} />;
  if (sources.data) {
    return <Text size="sm">{t("This Tapster does not know the source “{{source}}”.", { source: connection.source })}</Text>;
  }
  if (sources.error) return <Trouble message={sentenceOf(sources.error)} onRetry={() => void sources.refetch()} />;
  return <Skeleton h={40} />;
}

function ProxyForm({ connection, source }: ProxySectionProps & { source: Source }) {
  const { t } = useTranslation();
  const form = useConnectionForm(connection, source, () => undefined);
  const { checking } = useCheck(connection.id);
  const elapsed = useElapsed(checking);
  const typed = hasTypedProxy(form.draft);
  const { trouble } = form.failure;
  return (
    <Stack gap="sm">
      <ProxyFields form={form} />
      {typed && (
        <Group gap="xs">
          <Text size="xs" c="var(--tap-warn)">
            {t("Not saved yet")}
          </Text>
          <Button size="compact-sm" variant="subtle" color="gray" onClick={() => form.typeProxy(NO_PROXY)}>
            {t("Discard")}
          </Button>
        </Group>
      )}
      {trouble && <Trouble message={trouble} />}
      <CheckFound connection={connection} elapsed={elapsed} changed={typed} />
      <Text size="xs" c="dimmed">
        {t("Applies to everyone who uses “{{name}}”.", { name: connection.name })}
      </Text>
      <ProxyConsent form={form} />
    </Stack>
  );
}

/** What those are told who cannot change it. */
function ProxyTold({ connection: { name, proxy_preset } }: ProxySectionProps) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      <Text size="sm">
        {proxy_preset
          ? t("“{{name}}” goes through the proxy preset “{{proxy}}”.", { name, proxy: proxy_preset })
          : t("“{{name}}” uses no proxy.", { name })}
      </Text>
      {proxy_preset && <ProxyWarning />}
      <Text size="xs" c="dimmed">
        {t("Only an admin changes it.")}
      </Text>
    </Stack>
  );
}

function OwnWanted({ connection: { source } }: ProxySectionProps) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs">
      <Text size="sm">{t("A ready-made connection takes no proxy. Save one of your own for it.")}</Text>
      <Anchor
        size="sm"
        renderRoot={(link) => (
          <Link {...link} to="/connections/$connectionId" params={{ connectionId: NEW }} />
        )}
        onClick={() => keepDraft(NEW, (now) => movedTo(source, now))}
      >
        {t("Save one of your own")}
      </Anchor>
    </Stack>
  );
}
