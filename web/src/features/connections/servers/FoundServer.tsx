import { Badge, Button, Code, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Connection } from "@/api/connections";
import { type Server, loadedOf, wantsKey } from "@/api/servers";
import classes from "@/features/connections/servers/FindServers.module.css";
import { told } from "@/lib/words";

type FoundServerProps = {
  server: Server;
  /** The connection that leads there already. */
  known: Connection | null;
  /** Whether a connection is being made of it. */
  using: boolean;
  onUse: () => void;
  onShow: (id: string) => void;
};

/** One server that was found: what it is, what it has loaded, and the way to use it. */
export function FoundServer({ server, known, using, onUse, onShow }: FoundServerProps) {
  const { t, i18n } = useTranslation();
  const name = server.title ?? t("Another server");
  const loaded = loadedOf(server);
  const facts = [
    loaded.join(", "),
    server.context &&
      t("{{tokens}} tokens of context", { tokens: server.context.toLocaleString(i18n.language) }),
  ].filter(Boolean);
  return (
    <li className={classes.server}>
      <div className={classes.about}>
        <Group gap={8}>
          <Text fw={600} size="sm">
            {name}
          </Text>
          {server.version && (
            <Text size="sm" c="dimmed">
              {server.version}
            </Text>
          )}
          {wantsKey(server) && (
            <Badge variant="light" tt="none">
              {t("key wanted")}
            </Badge>
          )}
          {server.sight === "loading" && (
            <Badge variant="light" tt="none">
              {t("still loading")}
            </Badge>
          )}
        </Group>
        <Code>{server.address}</Code>
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          {facts.length > 0 ? facts.join(" · ") : told(server.message)}
        </Text>
      </div>
      {known ? (
        <Button variant="default" mih={40} aria-label={t("Connected already: {{name}}", { name: known.name })} onClick={() => onShow(known.id)}>
          {t("Connected already")}
        </Button>
      ) : (
        <Button
          variant="light"
          mih={40}
          loading={using}
          aria-label={t("Use this: {{server}} at {{address}}", { server: name, address: server.address })}
          onClick={onUse}
        >
          {t("Use this")}
        </Button>
      )}
    </li>
  );
}
