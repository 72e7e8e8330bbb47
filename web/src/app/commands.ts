/** What can be done wherever one is: the places of the page, and how it looks and asks. */

import { useComputedColorScheme } from "@mantine/core";
import {
  IconDeviceDesktop,
  IconLanguage,
  IconMessagePlus,
  IconMessages,
  IconMoon,
  IconPlug,
  IconPlugConnected,
  IconSearch,
  IconSettings,
  IconSun,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { connectionsQuery } from "@/api/connections";
import { useChangePreferences, usePreferences } from "@/api/preferences";
import { useIsAdmin } from "@/api/session";
import { useShortcut } from "@/lib/shortcuts";
import { languageChoices } from "@/lib/words";
import { useCommands } from "@/ui/commands";

/** Offer the way to every place, with the keys that lead there. */
export function usePlaces(): void {
  const { t } = useTranslation();
  const go = useNavigate();
  const isAdmin = useIsAdmin();
  const begin = () => void go({ to: "/" });
  const search = () => void go({ to: "/search" });
  useShortcut("new-chat", begin, { whileWriting: true });
  useShortcut("search", search, { whileWriting: true });
  useCommands([
    {
      group: "places",
      label: t("New chat"),
      words: t("begin start conversation"),
      action: "new-chat",
      icon: IconMessagePlus,
      act: begin,
    },
    {
      group: "places",
      label: t("Search all chats"),
      words: t("find messages"),
      action: "search",
      icon: IconSearch,
      act: search,
    },
    {
      group: "places",
      label: t("All chats"),
      words: t("list history import deleted"),
      icon: IconMessages,
      act: () => void go({ to: "/chats" }),
    },
    {
      group: "places",
      label: t("API Connections"),
      words: t("sources providers keys"),
      icon: IconPlug,
      act: () => void go({ to: "/connections" }),
    },
    isAdmin && {
      group: "places",
      label: t("New connection"),
      words: t("connect source provider key add"),
      icon: IconPlugConnected,
      act: () => void go({ to: "/connections/$connectionId", params: { connectionId: "new" } }),
    },
    {
      group: "places",
      label: t("Settings"),
      words: t("preferences account backups people"),
      icon: IconSettings,
      act: () => void go({ to: "/settings" }),
    },
  ]);
}

/** Offer what is otherwise turned in the settings. */
export function useTurning(): void {
  const { t } = useTranslation();
  const { theme, language, connection } = usePreferences();
  const like = useChangePreferences();
  const scheme = useComputedColorScheme();
  const connections = useQuery(connectionsQuery).data ?? [];
  const colours = t("theme mode colors dark light night day");
  useCommands([
    connections.length > 0 && {
      group: "page",
      label: t("Connection for new chats"),
      words: t("api source provider default usual"),
      icon: IconPlugConnected,
      choices: () => [
        {
          label: t("The usual one: saved or changed last"),
          isChosen: connection === null,
          act: () => like({ connection: null, model: null }),
        },
        ...connections.map(({ id, name }) => ({
          label: name,
          isChosen: id === connection,
          act: () => like({ connection: id, model: null }),
        })),
      ],
    },
    scheme === "light" && {
      group: "page",
      label: t("Dark colours"),
      words: colours,
      icon: IconMoon,
      act: () => like({ theme: "dark" }),
    },
    scheme === "dark" && {
      group: "page",
      label: t("Light colours"),
      words: colours,
      icon: IconSun,
      act: () => like({ theme: "light" }),
    },
    theme !== "auto" && {
      group: "page",
      label: t("Colours as the system has them"),
      words: colours,
      icon: IconDeviceDesktop,
      act: () => like({ theme: "auto" }),
    },
    {
      group: "page",
      label: t("Language"),
      words: "Deutsch English Sprache language",
      icon: IconLanguage,
      choices: () =>
        languageChoices().map(({ value, label }) => ({
          label,
          isChosen: value === language,
          act: () => like({ language: value }),
        })),
    },
  ]);
}
