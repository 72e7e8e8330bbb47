import { Menu } from "@mantine/core";
import {
  IconBinaryTree2,
  IconPencil,
  IconPin,
  IconPinnedOff,
  IconTrash,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type Chat, exportAddress } from "@/api/chats";
import type { Acting } from "@/features/chats/acting";
import { ExportMenu } from "@/ui/ExportMenu";

const ICON = { size: 16, "aria-hidden": true } as const;

type ChatMenuProps = {
  chat: Chat;
  acting: Acting;
  opened: boolean;
  onChange: (opened: boolean) => void;
  onRename: () => void;
  /** What the menu hangs on. */
  children: ReactNode;
};

/** What can be done to a chat in a list. */
export function ChatMenu({ chat, acting, opened, onChange, onRename, children }: ChatMenuProps) {
  const { t } = useTranslation();
  return (
    <Menu opened={opened} onChange={onChange} position="bottom-end" withinPortal>
      <Menu.Target>{children}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil {...ICON} />} onClick={onRename}>
          {t("Rename")}
        </Menu.Item>
        <Menu.Item
          leftSection={chat.pinned ? <IconPinnedOff {...ICON} /> : <IconPin {...ICON} />}
          onClick={() => acting.pin(chat, !chat.pinned)}
        >
          {chat.pinned ? t("Unpin") : t("Pin")}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconBinaryTree2 {...ICON} />}
          renderRoot={(props) => (
            <Link {...props} to="/chats/$chatId/tree" params={{ chatId: chat.id }} />
          )}
        >
          {t("Branches")}
        </Menu.Item>
        <ExportMenu addressOf={(form) => exportAddress(chat.id, form)} />
        <Menu.Divider />
        <Menu.Item
          color="red"
          leftSection={<IconTrash {...ICON} />}
          onClick={() => acting.remove(chat)}
        >
          {t("Delete")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
