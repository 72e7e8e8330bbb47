import { Button, Group, NavLink, ScrollArea, Stack, Text } from "@mantine/core";
import {
  IconBeer,
  IconMessagePlus,
  IconMessages,
  IconPlug,
  IconSearch,
  IconSettings,
} from "@tabler/icons-react";
import { Link, useRouterState } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import classes from "@/app/Sidebar.module.css";
import { RecentChats } from "@/features/chats";

const PLACES = [
  { to: "/chats", label: "Chats", icon: IconMessages },
  { to: "/search", label: "Search", icon: IconSearch },
  { to: "/connections", label: "API Connections", icon: IconPlug },
  { to: "/settings", label: "Settings", icon: IconSettings },
] as const;

/** The way to everything: a new chat, the chats of late, and the other pages. */
export function Sidebar() {
  const { t } = useTranslation();
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <Stack h="100%" gap={0}>
      <Group px="md" pt="md" pb="xs" gap="xs">
        <IconBeer size={22} aria-hidden color="var(--mantine-primary-color-filled)" />
        <Text fw={700} component={Link} to="/" c="inherit" td="none">
          Tapster
        </Text>
      </Group>
      <Group px="md" pb="xs">
        <Button
          component={Link}
          to="/"
          fullWidth
          variant="light"
          leftSection={<IconMessagePlus size={18} aria-hidden />}
        >
          {t("New chat")}
        </Button>
      </Group>
      <ScrollArea flex={1} px="xs" type="auto" scrollbarSize={8}>
        <RecentChats />
      </ScrollArea>
      <Stack gap={2} p="xs" component="nav" aria-label={t("Pages")}>
        {PLACES.map(({ to, label, icon: Icon }) => (
          <NavLink
            key={to}
            component={Link}
            to={to}
            label={t(label)}
            leftSection={<Icon size={18} aria-hidden />}
            // A chat of its own is marked in the list above.
            activeOptions={{ exact: to === "/chats" }}
            active={to === "/chats" ? path === to : path.startsWith(to)}
            className={classes.place}
          />
        ))}
      </Stack>
    </Stack>
  );
}
