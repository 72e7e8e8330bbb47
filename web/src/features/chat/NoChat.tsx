import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { IconMessages, IconPlus } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import classes from "@/features/chat/Conversation.module.css";

/** There is no chat by this address: said in its place, with the ways on. */
export function NoChat() {
  const { t } = useTranslation();
  return (
    <div className={classes.empty}>
      <Stack align="center" gap="xs" maw={480} role="alert">
        <Title order={1} size="h3" ta="center">
          {t("This chat is not here")}
        </Title>
        <Text c="dimmed" ta="center">
          {t("It was deleted, or it belongs to somebody else. A deleted one may still be brought back under All chats.")}
        </Text>
        <Group mt="sm" justify="center">
          <Button leftSection={<IconPlus size={18} aria-hidden />} renderRoot={(props) => <Link {...props} to="/" />}>
            {t("New chat")}
          </Button>
          <Button
            variant="light"
            leftSection={<IconMessages size={18} aria-hidden />}
            renderRoot={(props) => <Link {...props} to="/chats" />}
          >
            {t("All chats")}
          </Button>
        </Group>
      </Stack>
    </div>
  );
}
