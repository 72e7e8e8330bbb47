import { Code } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Connection } from "@/api/connections";
import { type Server, loadedOf } from "@/api/servers";
import { Fold } from "@/features/connections/Fold";
import { useFound } from "@/features/connections/checking";
import classes from "@/features/connections/servers/FindServers.module.css";
import { CopyButton } from "@/ui/CopyButton";

/** What the server behind a connection said of itself at the last check. */
export function ServerPart({ connection }: { connection: Connection | null }) {
  const { t, i18n } = useTranslation();
  const server = useFound(connection).found?.server;
  if (!server) return null;
  const loaded = loadedOf(server);
  const figure = (count: number) => count.toLocaleString(i18n.language);
  const context =
    server.context &&
    ((server.slots ?? 1) > 1
      ? t("{{tokens}} tokens in each of {{slots}} slots", { tokens: figure(server.context), slots: server.slots })
      : t("{{tokens}} tokens", { tokens: figure(server.context) }));
  const facts: [string, string | null | undefined][] = [
    [t("Server"), [server.title, server.version].filter(Boolean).join(" ")],
    [t("Loads with"), server.engine],
    [t("Loaded"), loaded.join(", ") || t("no model")],
    [t("Context"), context || null],
    [t("Chat template"), templateOf(server, (count) => t("{{shown}} characters", { shown: figure(count) }))],
  ];
  const text = server.template?.text;
  return (
    <Fold
      title={t("What the server says of itself")}
      hint={[server.title, server.version, loaded[0]].filter(Boolean).join(" · ")}
    >
      <dl className={classes.facts}>
        {facts.map(
          ([name, fact]) =>
            fact && (
              <div key={name} style={{ display: "contents" }}>
                <dt>{name}</dt>
                <dd>{fact}</dd>
              </div>
            ),
        )}
      </dl>
      {text && (
        <>
          <Code block className={classes.template} mt={8} tabIndex={0} aria-label={t("Chat template")}>
            {text}
          </Code>
          <CopyButton text={text} variant="subtle" size="compact-sm" mt={4} />
        </>
      )}
    </Fold>
  );
}

function templateOf({ template }: Server, lengthOf: (count: number) => string): string | null {
  if (!template) return null;
  return [template.name, template.length && lengthOf(template.length)].filter(Boolean).join(", ");
}
