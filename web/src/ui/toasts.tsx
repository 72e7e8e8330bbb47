/** Short words at the edge of the page: what was done, with the way back; what went wrong. */

import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import i18next from "i18next";
import { newId } from "@/lib/ids";
import { told } from "@/lib/words";
import { Coded } from "@/ui/Coded";

const UNDO_LASTS = 10_000;

/** Say that something was done and can be taken back. */
export function showUndo(message: string, undo: () => void): void {
  const id = newId();
  notifications.show({
    id,
    autoClose: UNDO_LASTS,
    withCloseButton: true,
    message: (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{message}</Text>
        <Button
          size="compact-sm"
          variant="light"
          onClick={() => {
            notifications.hide(id);
            undo();
          }}
        >
          {i18next.t("Undo")}
        </Button>
      </Group>
    ),
  });
}

/** Say that something was done. */
export function showDone(message: string): void {
  notifications.show({ message, autoClose: 4000 });
}

/** Say what went wrong; errors of the server are sentences already. */
export function showTrouble(error: unknown): void {
  notifications.show({
    color: "red",
    role: "alert",
    autoClose: 12_000,
    message: <Coded>{told(error instanceof Error ? error.message : String(error))}</Coded>,
  });
}
