import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

type ConfirmProps = {
  opened: boolean;
  title: string;
  /** What happens, and that it can't be undone. */
  message: ReactNode;
  /** What the button that does it says. */
  action: string;
  colour?: string;
  busy?: boolean;
  error?: string | null;
  onConfirm: () => void;
  onClose: () => void;
};

/** Asks before something that can't be taken back. */
export function Confirm(props: ConfirmProps) {
  const { opened, title, message, action, colour = "red", busy, error, onConfirm, onClose } = props;
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      centered
      closeButtonProps={{ "aria-label": t("Close"), size: 40 }}
    >
      <Stack>
        <Text size="sm" component="div">
          {message}
        </Text>
        {error && (
          <Text size="sm" c="var(--tap-bad)" role="alert">
            {error}
          </Text>
        )}
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={onClose} data-autofocus>
            {t("Cancel")}
          </Button>
          <Button color={colour} loading={busy} onClick={onConfirm}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
