import { Alert, Button, Code, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { TokenMade } from "@/api/tokens";
import classes from "@/features/settings/Settings.module.css";
import { CopyButton } from "@/ui/CopyButton";

type TokenSecretProps = { made: TokenMade; onDone: () => void };

/** A token that was just made: the only time that it is seen whole. */
export function TokenSecret({ made, onDone }: TokenSecretProps) {
  const { t } = useTranslation();
  return (
    <Alert title={t("The token “{{name}}”", { name: made.name })} role="status">
      <Stack gap="sm">
        <Text size="sm">{t("Copy it now: it is shown this once, and nobody can show it again.")}</Text>
        <Code className={classes.secret}>{made.secret}</Code>
        <Group gap="xs">
          <CopyButton size="xs" text={made.secret} />
          <Button size="xs" variant="subtle" color="gray" onClick={onDone}>
            {t("I have it")}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
