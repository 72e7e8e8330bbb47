import { Modal, Table } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconKeyboard } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { type Action, SHORTCUTS, keysOf, useShortcut } from "@/lib/shortcuts";
import { Keys } from "@/ui/Keys";
import { useCommands } from "@/ui/commands";

/** The keys of the page, listed when `?` is pressed. */
export function HelpSheet() {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure(false);
  useShortcut("help", open);
  useCommands([
    {
      group: "page",
      label: t("List the keys"),
      words: t("help keyboard shortcuts hotkeys"),
      action: "help",
      icon: IconKeyboard,
      act: open,
    },
  ]);
  return (
    <Modal opened={opened} onClose={close} title={t("Keys")} size="lg">
      <Table>
        <Table.Tbody>
          {(Object.keys(SHORTCUTS) as Action[]).map((action) => (
            <Table.Tr key={action}>
              <Table.Td w={180}>
                <Keys keys={keysOf(action)} />
              </Table.Td>
              <Table.Td>{t(SHORTCUTS[action].does)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
