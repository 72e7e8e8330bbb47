import { Button, Group, Text } from "@mantine/core";
import { IconClock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

type QueueNoteProps = {
  /** `stays`: it was to be sent, and was not. */
  turn: "waits" | "stays";
  onCancel: () => void;
};

/** Says what becomes of a message that was sent while an answer was being written. */
export function QueueNote({ turn, onCancel }: QueueNoteProps) {
  const { t } = useTranslation();
  return (
    <Group gap="xs" c="dimmed">
      <Group gap="xs" wrap="nowrap" miw={0}>
        <IconClock size={16} aria-hidden style={{ flex: "none" }} />
        <Text size="sm" role="status">
          {turn === "waits"
            ? t("This is sent when the answer ends. Stop the answer (Esc), and it stays here.")
            : t("This was not sent: the answer was cut short, or ended while you were away.")}
        </Text>
      </Group>
      {turn === "waits" && (
        <Button size="compact-sm" variant="subtle" onClick={onCancel}>
          {t("Do not send it yet")}
        </Button>
      )}
    </Group>
  );
}
