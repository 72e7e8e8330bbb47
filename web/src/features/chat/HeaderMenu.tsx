import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import { IconBinaryTree2, IconCopy, IconDotsVertical, IconSearch, IconTrash } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type Chat, deleteChat, exportAddress, restoreChat } from "@/api/chats";
import { useDuplicate } from "@/features/chat/duplicating";
import { ExportMenu } from "@/ui/ExportMenu";
import { showTrouble, showUndo } from "@/ui/toasts";

const ICON = { size: 18, "aria-hidden": true } as const;

/** What can be done with the open chat as a whole. */
export function HeaderMenu({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const cache = useQueryClient();
  const listsChanged = () => void cache.invalidateQueries({ queryKey: ["chats"] });

  const duplicate = useDuplicate();
  const remove = async () => {
    await deleteChat(chat.id);
    listsChanged();
    await go({ to: "/" });
    showUndo(t("Chat deleted."), () => {
      restoreChat(chat.id)
        .then(async () => {
          listsChanged();
          await go({ to: "/chats/$chatId", params: { chatId: chat.id } });
        })
        .catch(showTrouble);
    });
  };

  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <Tooltip label={t("More about this chat")}>
          <ActionIcon variant="subtle" color="gray" size={40} aria-label={t("More about this chat")}>
            <IconDotsVertical size={18} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconSearch {...ICON} />}
          renderRoot={(props) => <Link {...props} to="/search" search={{ chat: chat.id }} />}
        >
          {t("Search in this chat")}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconBinaryTree2 {...ICON} />}
          renderRoot={(props) => <Link {...props} to="/chats/$chatId/tree" params={{ chatId: chat.id }} />}
        >
          {t("Tree of branches")}
        </Menu.Item>
        <Menu.Item leftSection={<IconCopy {...ICON} />} onClick={() => duplicate(chat)}>
          {t("Duplicate")}
        </Menu.Item>
        <ExportMenu position="left-start" addressOf={(form) => exportAddress(chat.id, form)} />
        <Menu.Divider />
        <Menu.Item
          color="red"
          leftSection={<IconTrash {...ICON} />}
          onClick={() => void remove().catch(showTrouble)}
        >
          {t("Delete the chat")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
