import { Button, Group, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type Connection, modelsQuery, standingOf } from "@/api/connections";
import type { Source } from "@/api/sources";
import { CheckFound } from "@/features/connections/CheckFound";
import { Part } from "@/features/connections/Part";
import { isLocal } from "@/features/connections/sourceGroups";
import { TestPart } from "@/features/connections/TestPart";
import { useCheck } from "@/features/connections/checking";
import { useElapsed } from "@/lib/elapsed";
import { ConnectionStatus } from "@/ui/ConnectionStatus";
import { PageModel } from "@/ui/PageModel";

type ConnectionCardProps = {
  connection: Connection;
  source: Source | null;
  /** Whether the person may check it and make another of its kind. */
  admin: boolean;
  onMakeOwn: () => void;
};

/** A connection that cannot be changed here: ready-made, or seen by who does not run Tapster. */
export function ConnectionCard({ connection, source, admin, onMakeOwn }: ConnectionCardProps) {
  const { t } = useTranslation();
  const { checking, run, cancel } = useCheck(connection.id);
  const elapsed = useElapsed(checking);
  const models = useQuery(modelsQuery(connection.id)).data?.length ?? 0;
  const variable = connection.settings?.environment;
  return (
    <>
      <Part title={t("About this connection")}>
        <Text size="sm">
          {!admin
            ? t("You can use this connection. Only an admin changes connections and their keys.")
            : variable
              ? t("Ready-made: its key comes from the environment variable {{variable}}.", { variable })
              : t("Ready-made: it is built in and needs no key.")}
        </Text>
        <Text size="sm" c="dimmed">
          {[source?.title, t("{{count}} models", { count: models }), connection.model].filter(Boolean).join(" · ")}
        </Text>
        {admin ? (
          <>
            <Group gap={12}>
              {checking ? (
                <Button variant="default" onClick={cancel}>
                  {t("Cancel")}
                </Button>
              ) : (
                <Button onClick={run}>{t("Check")}</Button>
              )}
              {source && !source.built_in && (
                <Button variant="default" leftSection={<IconPlus size={16} />} onClick={onMakeOwn}>
                  {t("Save one of your own")}
                </Button>
              )}
            </Group>
            <CheckFound connection={connection} elapsed={elapsed} changed={false} />
          </>
        ) : source?.ability ? (
          <PageModel ability={source.ability} about={source.docs} />
        ) : (
          <ConnectionStatus standing={standingOf(connection)} />
        )}
      </Part>
      {admin && (
        <TestPart
          ready={() => Promise.resolve(connection.id)}
          model={connection.model}
          saves={false}
          costs={!source || !(source.built_in || source.ability || isLocal(source))}
        />
      )}
    </>
  );
}
