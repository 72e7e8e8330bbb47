import { Anchor, Code, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Connection } from "@/api/connections";
import { proxiesQuery } from "@/api/proxies";

/** Which proxy preset a connection goes through, and where that is changed. */
export function ProxyNote({ connection }: { connection: Connection }) {
  const { t } = useTranslation();
  const { settings } = connection;
  const proxies = useQuery({ ...proxiesQuery, enabled: Boolean(settings?.proxy) }).data ?? [];
  const proxy = proxies.find((each) => each.id === settings?.proxy);
  if (!settings) {
    return <Text size="sm">{t("Only admins see where a connection leads.")}</Text>;
  }
  return (
    <Stack gap="xs">
      {settings.proxy ? (
        <Text size="sm" component="div">
          {t("“{{name}}” goes through the proxy preset “{{proxy}}”.", {
            name: connection.name,
            proxy: proxy?.name ?? settings.proxy,
          })}{" "}
          {proxy && <Code>{proxy.url}</Code>}
        </Text>
      ) : (
        <Text size="sm">{t("“{{name}}” uses no proxy.", { name: connection.name })}</Text>
      )}
      <Text size="xs" c="dimmed">
        {t("Whoever runs a proxy can read what you send through it.")}
      </Text>
      <Anchor
        size="sm"
        renderRoot={(props) => (
          <Link
            {...props}
            to="/connections/$connectionId"
            params={{ connectionId: connection.id }}
          />
        )}
      >
        {t("Change it at API Connections")}
      </Anchor>
    </Stack>
  );
}
