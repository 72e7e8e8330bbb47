import { Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Connection } from "@/api/connections";
import { sentenceOf } from "@/api/problems";
import type { Server } from "@/api/servers";
import classes from "@/features/connections/servers/FindServers.module.css";
import { useSwitch } from "@/features/connections/servers/using";
import { told } from "@/lib/words";

/** Offers to take a connection for the kind of server that is really there. */
export function OtherKind({ connection, server }: { connection: Connection; server: Server }) {
  const { t } = useTranslation();
  const change = useSwitch(connection);
  const { source } = server;
  if (!source || source === connection.source) return null;
  return (
    <Group gap={8}>
      <Button
        size="compact-sm"
        variant="light"
        className={classes.long}
        classNames={{ label: classes.label }}
        loading={change.isPending}
        onClick={() => change.mutate(source)}
      >
        {t("Make it a connection to {{server}}", { server: server.title })}
      </Button>
      <Text size="sm" c={change.error ? "var(--tap-bad)" : "dimmed"}>
        {change.error ? told(sentenceOf(change.error)) : t("Address, key and model stay as they are.")}
      </Text>
    </Group>
  );
}
