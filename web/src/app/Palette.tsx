import { Spotlight, type SpotlightActionData, spotlight } from "@mantine/spotlight";
import {
  IconMessage,
  IconMessagePlus,
  IconPlug,
  IconSearch,
  IconSettings,
} from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { chatsQuery } from "@/api/chats";
import { useShortcut } from "@/lib/shortcuts";

const ICON = { size: 18, "aria-hidden": true } as const;

/** The command palette: every place and every chat, by a few letters of its name. */
export function Palette() {
  const { t } = useTranslation();
  const go = useNavigate();
  const chats = useInfiniteQuery(chatsQuery()).data?.pages.flatMap((page) => page.chats) ?? [];
  useShortcut("palette", () => spotlight.toggle(), { whileWriting: true });
  useShortcut("new-chat", () => void go({ to: "/" }), { whileWriting: true });
  useShortcut("search", () => void go({ to: "/search" }), { whileWriting: true });

  const places: SpotlightActionData[] = [
    {
      id: "new",
      label: t("New chat"),
      leftSection: <IconMessagePlus {...ICON} />,
      onClick: () => void go({ to: "/" }),
    },
    {
      id: "search",
      label: t("Search all chats"),
      leftSection: <IconSearch {...ICON} />,
      onClick: () => void go({ to: "/search" }),
    },
    {
      id: "connections",
      label: t("API Connections"),
      leftSection: <IconPlug {...ICON} />,
      onClick: () => void go({ to: "/connections" }),
    },
    {
      id: "settings",
      label: t("Settings"),
      leftSection: <IconSettings {...ICON} />,
      onClick: () => void go({ to: "/settings" }),
    },
  ];
  const open: SpotlightActionData[] = chats.map((chat) => ({
    id: chat.id,
    label: chat.title || t("A chat without a title"),
    leftSection: <IconMessage {...ICON} />,
    onClick: () => void go({ to: "/chats/$chatId", params: { chatId: chat.id } }),
  }));

  return (
    <Spotlight
      actions={[
        { group: t("Go to"), actions: places },
        { group: t("Chats"), actions: open },
      ]}
      shortcut={null}
      limit={12}
      highlightQuery
      scrollable
      nothingFound={t("Nothing of that name.")}
      searchProps={{
        placeholder: t("Where to?"),
        "aria-label": t("Where to?"),
        leftSection: <IconSearch {...ICON} />,
      }}
    />
  );
}
