import { ActionIcon, Badge, Box, Button, Group, Text, Tooltip, UnstyledButton } from "@mantine/core";
import { IconMessage, IconMessageCheck, IconPencil, IconPlus } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type Connection, standingOf } from "@/api/connections";
import type { Source } from "@/api/sources";
import classes from "@/features/connections/ConnectionsDesk.module.css";
import { ListActions } from "@/features/connections/ListActions";
import { useCheck } from "@/features/connections/checking";
import { unsaved } from "@/features/connections/draft";
import { NEW, useDraft } from "@/features/connections/drafts";
import { FindServers } from "@/features/connections/servers/FindServers";
import { told } from "@/lib/words";
import { Coded } from "@/ui/Coded";
import { usePageStanding } from "@/ui/PageModel";
import { StatusDot, moodOf } from "@/ui/Status";

type ConnectionListProps = {
  connections: readonly Connection[];
  sources: readonly Source[];
  shown: string | null;
  /** Whom new chats ask. */
  used: string | null;
  onUse: (id: string) => void;
  admin: boolean;
  onShow: (id: string) => void;
};

/** The saved connections and the ready-made ones, each with how it stands. */
export function ConnectionList(props: ConnectionListProps) {
  const { connections, sources, shown, used, onUse, admin, onShow } = props;
  const { t } = useTranslation();
  const fresh = unsaved(useDraft(NEW)).length > 0;
  const saved = connections.filter((each) => !each.ready_made);
  const readyMade = connections.filter((each) => each.ready_made);
  const row = (connection: Connection) => (
    <ConnectionRow
      key={connection.id}
      connection={connection}
      source={sources.find(({ id }) => id === connection.source) ?? null}
      shown={connection.id === shown}
      used={connection.id === used}
      onUse={() => onUse(connection.id)}
    />
  );
  return (
    <nav aria-label={t("Connections")} className={classes.list}>
      {admin && (
        <Group gap={8} wrap="nowrap" mb={8}>
          <Button
            flex={1}
            variant={shown === NEW ? "light" : "filled"}
            mih={40}
            leftSection={<IconPlus size={16} aria-hidden />}
            rightSection={fresh && <IconPencil size={16} aria-label={t("not saved yet")} />}
            renderRoot={(link) => <Link {...link} to="/connections/$connectionId" params={{ connectionId: NEW }} />}
          >
            {t("New connection")}
          </Button>
          <ListActions />
        </Group>
      )}
      {admin && (
        <Box mb={12}>
          <FindServers connections={connections} sources={sources} onShow={onShow} />
        </Box>
      )}
      {saved.length > 0 && <ul className={classes.rows}>{saved.map(row)}</ul>}
      {saved.length === 0 && admin && (
        <Text size="sm" c="dimmed" px={8} pb={12}>
          {t("None saved yet. Make one to reach a provider or a server of your own.")}
        </Text>
      )}
      {readyMade.length > 0 && (
        <>
          <Text size="xs" fw={600} c="dimmed" px={8} pt={12} pb={4}>
            {t("Ready-made")}
          </Text>
          <ul className={classes.rows}>{readyMade.map(row)}</ul>
        </>
      )}
    </nav>
  );
}

type ConnectionRowProps = {
  connection: Connection;
  source: Source | null;
  shown: boolean;
  used: boolean;
  onUse: () => void;
};

function ConnectionRow({ connection, source, shown, used, onUse }: ConnectionRowProps) {
  const { t } = useTranslation();
  const { check, checking } = useCheck(connection.id);
  const draft = useDraft(connection.id);
  const here = usePageStanding(source?.ability ?? null);
  const standing = here ?? standingOf(connection) ?? check;
  const mood = checking ? "busy" : (here?.mood ?? moodOf(standingOf(connection)?.state ?? check?.state));
  const troubled = !checking && standing && mood !== "ready" && mood !== "busy";
  const use = used ? t("New chats use this connection") : t("Use {{name}} for new chats", { name: connection.name });
  return (
    <li className={classes.row} data-shown={shown || undefined}>
      <UnstyledButton
        className={classes.link}
        renderRoot={(link) => (
          <Link {...link} to="/connections/$connectionId" params={{ connectionId: connection.id }} />
        )}
        aria-current={shown ? "page" : undefined}
        title={standing ? told(standing.message) : undefined}
      >
        <span className={classes.dot}>
          <StatusDot mood={mood} />
        </span>
        <span className={classes.about}>
          <Text component="span" size="sm" fw={shown ? 600 : 500} className={classes.name}>
            {connection.name}
          </Text>
          <Text component="span" size="xs" c="dimmed" className={classes.line}>
            {[source?.title, connection.model].filter(Boolean).join(" · ")}
          </Text>
          {troubled && (
            <Text component="span" size="xs" className={classes.line} c={mood === "warn" ? "var(--tap-warn)" : "var(--tap-bad)"}>
              <Coded>{told(standing.message)}</Coded>
            </Text>
          )}
          <span className={classes.badges}>
            {unsaved(draft).length > 0 && (
              <Badge size="sm" variant="light" tt="none">
                {t("not saved yet")}
              </Badge>
            )}
            {connection.settings?.environment && (
              <Badge size="sm" variant="outline" color="gray" tt="none">
                {t("from the environment")}
              </Badge>
            )}
            {connection.settings?.verify_tls === false && (
              <Badge size="sm" color="red" variant="filled" tt="none">
                {t("TLS not verified")}
              </Badge>
            )}
          </span>
        </span>
      </UnstyledButton>
      <Tooltip label={use}>
        <ActionIcon
          variant="subtle"
          color={used ? undefined : "gray"}
          size={40}
          aria-label={use}
          aria-pressed={used}
          onClick={onUse}
        >
          {used ? <IconMessageCheck size={20} /> : <IconMessage size={20} />}
        </ActionIcon>
      </Tooltip>
    </li>
  );
}
