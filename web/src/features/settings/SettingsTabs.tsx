import { Stack, Tabs, Title } from "@mantine/core";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import classes from "@/features/settings/Settings.module.css";

export type Tab = {
  /** What stands in the address. */
  name: string;
  title: string;
  content: ReactNode;
};

type SettingsTabsProps = { tabs: readonly Tab[]; shown: string; onShow: (name: string) => void };

/** The settings, one room at a time. */
export function SettingsTabs({ tabs, shown, onShow }: SettingsTabsProps) {
  const { t } = useTranslation();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Where there is no room for all of them, the one that is shown is among those that are seen.
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [shown]);
  const known = tabs.some((tab) => tab.name === shown) ? shown : (tabs[0]?.name ?? null);
  return (
    <Stack gap="md">
      <Title order={1} size="h2">
        {t("Settings")}
      </Title>
      <Tabs
        value={known}
        onChange={(name) => name && onShow(name)}
        keepMounted={false}
      >
        <Tabs.List ref={list} className={classes.tabs}>
          {tabs.map(({ name, title }) => (
            <Tabs.Tab key={name} value={name} className={classes.tab}>
              {t(title)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(({ name, content }) => (
          <Tabs.Panel key={name} value={name} pt="lg">
            <Stack gap="lg">{content}</Stack>
          </Tabs.Panel>
        ))}
      </Tabs>
    </Stack>
  );
}
