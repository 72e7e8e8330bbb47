import { Alert, Button, Code, Collapse, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { told } from "@/lib/words";
import { Coded } from "@/ui/Coded";

type TroubleProps = {
  /** What happened and what to do, in a sentence. */
  message: string;
  onRetry?: (() => void) | undefined;
  /** Further ways out, as buttons. */
  actions?: ReactNode;
  /** The rest, for whoever wants to know: status, the provider's own words. */
  details?: string | null | undefined;
};

/** Something went wrong: said where the thing itself would stand, with the ways out. */
export function Trouble({ message, onRetry, actions, details }: TroubleProps) {
  const { t } = useTranslation();
  const [open, { toggle }] = useDisclosure(false);
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} role="alert">
      <Stack gap="xs">
        <Text size="sm">
          <Coded>{told(message)}</Coded>
        </Text>
        {(onRetry || actions || details) && (
          <Group gap="xs">
            {onRetry && (
              <Button size="compact-sm" variant="light" onClick={onRetry}>
                {t("Retry")}
              </Button>
            )}
            {actions}
            {details && (
              <Button size="compact-sm" variant="subtle" aria-expanded={open} onClick={toggle}>
                {t("Details")}
              </Button>
            )}
          </Group>
        )}
        {details && (
          <Collapse expanded={open}>
            <Code block>{details}</Code>
          </Collapse>
        )}
      </Stack>
    </Alert>
  );
}
