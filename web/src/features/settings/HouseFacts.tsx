import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { houseQuery } from "@/api/house";
import { sentenceOf } from "@/api/problems";
import { Card } from "@/features/settings/Card";
import classes from "@/features/settings/Settings.module.css";
import { Trouble } from "@/ui/Trouble";

const DATABASES: Record<string, string> = { sqlite: "SQLite", postgresql: "PostgreSQL" };

/** Where this Tapster keeps things, and which one it is. */
export function HouseFacts() {
  const { t } = useTranslation();
  const { data: house, error, refetch } = useQuery(houseQuery);
  if (error && !house) return <Trouble message={sentenceOf(error)} onRetry={() => void refetch()} />;
  if (!house) return <Skeleton h={120} />;
  const facts: [string, string | undefined][] = [
    [t("Version"), house.version],
    [t("Data folder"), house.data_dir],
    [t("Database"), house.database && (DATABASES[house.database] ?? house.database)],
    [
      t("Reached"),
      house.network ? t("by other machines, with a password") : t("from this machine only"),
    ],
  ];
  return (
    <Card title={t("This Tapster")} about={t("Chats, connections and files are in the data folder; keys are sealed apart from them.")}>
      <dl className={classes.facts}>
        {facts.map(
          ([name, value]) =>
            value && (
              <div key={name} style={{ display: "contents" }}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
    </Card>
  );
}
