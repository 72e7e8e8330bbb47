import { Menu } from "@mantine/core";
import {
  IconBinaryTree2,
  IconDownload,
  IconPencil,
  IconPin,
  IconPinnedOff,
  IconTrash,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type Chat, EXPORT_FORMS, exportAddress } from "@/api/chats";
import type { Acting } from "@/features/chats/acting";

const FORMS: Record<(typeof EXPORT_FORMS)[number], string> = {
  json: "Everything, as JSON (can be imported again)",
  jsonl: "SillyTavern (JSONL)",
  markdown: "Markdown",
  text: "Plain text",
};
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

/** What can be done to a chat. */
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
        <Menu.Sub>
          <Menu.Sub.Target>
            <Menu.Sub.Item leftSection={<IconDownload {...ICON} />}>{t("Export")}</Menu.Sub.Item>
          </Menu.Sub.Target>
          <Menu.Sub.Dropdown>
            {EXPORT_FORMS.map((form) => (
              <Menu.Item key={form} component="a" href={exportAddress(chat.id, form)} download>
                {t(FORMS[form])}
              </Menu.Item>
            ))}
          </Menu.Sub.Dropdown>
        </Menu.Sub>
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
