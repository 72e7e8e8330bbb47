import { Anchor, Center, Stack, Text, Title } from "@mantine/core";
import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { sentenceOf } from "@/api/problems";
import { Trouble } from "@/ui/Trouble";
import { useTitle } from "@/ui/title";

/** No page goes by this address. */
export function Missing() {
  const { t } = useTranslation();
  useTitle(t("There is nothing here"));
  return (
    <Alone>
      <Title order={1} size="h2">
        {t("There is nothing here")}
      </Title>
      <Text>{t("The address may be mistyped, or what was here is gone.")}</Text>
    </Alone>
  );
}

/** A page that cannot be shown, and why. */
export function Lost({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const retry = () => {
    // What the page needs is asked for anew, not only drawn.
    void router.invalidate();
    reset();
  };
  return (
    <Alone>
      <Trouble message={sentenceOf(error)} onRetry={retry} details={stackOf(error)} />
    </Alone>
  );
}

function Alone({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Center mih="60vh" p="md">
      <Stack maw={520}>
        {children}
        <Anchor component={Link} to="/">
          {t("Back to the chats")}
        </Anchor>
      </Stack>
    </Center>
  );
}

const stackOf = (error: unknown) => (error instanceof Error ? (error.stack ?? null) : null);
