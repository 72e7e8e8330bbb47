import { Button, Group, Text } from "@mantine/core";
import { IconClock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

type QueueNoteProps = {
  /** `stays`: it was to be sent, and was not; `dropped`: it waits no more, as one goes on writing. */
  turn: "waits" | "stays" | "dropped" | null;
  onCancel: () => void;
};

/**
 * Says what becomes of a message that was sent while an answer was being written.
 *
 * It is there before it has anything to say: screen readers read out what changes in it.
 */
export function QueueNote({ turn, onCancel }: QueueNoteProps) {
  const { t } = useTranslation();
  const told = {
    waits: t("This is sent when the answer ends. Stop the answer (Esc), and it stays here."),
    stays: t("This was not sent: the answer was cut short, or ended while you were away."),
    dropped: t("This does not wait any more: send it when it is written."),
  };
  return (
    // With nothing to say it takes no room, nor the gap below it.
    <Group gap="xs" c="dimmed" mb={turn ? 0 : -8}>
      <Group gap="xs" wrap="nowrap" miw={0}>
        {turn && <IconClock size={16} aria-hidden style={{ flex: "none" }} />}
        <Text size="sm" role="status">
          {turn && told[turn]}
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
