import { Anchor, Button, Center, Group, Stack, Text, Title } from "@mantine/core";
import { IconMapOff } from "@tabler/icons-react";
import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { sentenceOf } from "@/api/problems";
import { Trouble } from "@/ui/Trouble";
import { useTitle } from "@/ui/title";

/** No page goes by this address. */
export function Missing() {
  const { t } = useTranslation();
  useTitle(t("There is nothing here"));
  return (
    <Center flex={1} p="md">
      <Stack maw={480} gap="xs" align="center" ta="center">
        <IconMapOff size={40} stroke={1.5} aria-hidden color="var(--tap-idle)" />
        <Title order={1} size="h2">
          {t("There is nothing here")}
        </Title>
        <Text c="dimmed">{t("The address may be mistyped, or what was here is gone.")}</Text>
        <Group mt="xs" justify="center">
          <Button component={Link} to="/">
            {t("New chat")}
          </Button>
          <Button component={Link} to="/chats" variant="light">
            {t("All chats")}
          </Button>
        </Group>
      </Stack>
    </Center>
  );
}

/** A page that cannot be shown, and why. */
export function Lost({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const router = useRouter();
  const retry = () => {
    // What the page needs is asked for anew, not only drawn.
    void router.invalidate();
    reset();
  };
  return (
    <Center mih="60vh" p="md">
      <Stack maw={520}>
        <Trouble message={sentenceOf(error)} onRetry={retry} details={stackOf(error)} />
        <Anchor component={Link} to="/">
          {t("Back to the chats")}
        </Anchor>
      </Stack>
    </Center>
  );
}

const stackOf = (error: unknown) => (error instanceof Error ? (error.stack ?? null) : null);
