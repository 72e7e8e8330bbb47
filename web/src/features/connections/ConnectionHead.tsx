import { ActionIcon, Badge, Button, Group, Menu, Title } from "@mantine/core";
import { IconArrowLeft, IconCopy, IconDots, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Connection, connectionsQuery, duplicateConnection, removeConnection } from "@/api/connections";
import { keysQuery } from "@/api/keys";
import { sentenceOf } from "@/api/problems";
import { Confirm } from "@/features/connections/Confirm";
import classes from "@/features/connections/ConnectionsDesk.module.css";
import { dropDraft } from "@/features/connections/drafts";
import { told } from "@/lib/words";
import { showTrouble } from "@/ui/toasts";

type ConnectionHeadProps = {
  connection: Connection | null;
  used: boolean;
  onUse: () => void;
  admin: boolean;
  /** Whether the list is another screen, to go back to. */
  back: boolean;
  onShow: (id: string | null) => void;
};

/** The name of the connection shown, and what is done with it as a whole. */
export function ConnectionHead({ connection, used, onUse, admin, back, onShow }: ConnectionHeadProps) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [removing, setRemoving] = useState(false);
  const known = () =>
    Promise.all([
      cache.invalidateQueries({ queryKey: connectionsQuery.queryKey, exact: true }),
      cache.invalidateQueries({ queryKey: keysQuery.queryKey }),
    ]);
  const duplicate = useMutation({
    mutationFn: duplicateConnection,
    onSuccess: async (copy) => {
      await known();
      onShow(copy.id);
    },
    onError: showTrouble,
  });
  const remove = useMutation({
    mutationFn: removeConnection,
    onSuccess: async (_, id) => {
      setRemoving(false);
      dropDraft(id);
      onShow(null);
      await known();
    },
  });
  const changeable = admin && connection && !connection.ready_made;
  return (
    <Group gap={8} className={classes.head}>
      {back && (
        <ActionIcon
          variant="subtle"
          color="gray"
          size={40}
          aria-label={t("Back to the connections")}
          renderRoot={(link) => <Link {...link} to="/connections" />}
        >
          <IconArrowLeft size={20} />
        </ActionIcon>
      )}
      <Title order={2} size="h3" className={classes.title}>
        {connection?.name ?? t("New connection")}
      </Title>
      {connection?.ready_made && (
        <Badge variant="outline" color="gray" tt="none" visibleFrom="sm">
          {t("Ready-made")}
        </Badge>
      )}
      {connection &&
        (used ? (
          <Badge variant="light" size="lg" tt="none" className={classes.use}>
            {t("used for new chats")}
          </Badge>
        ) : (
          <Button variant="default" mih={40} className={classes.use} onClick={onUse}>
            {t("Use for new chats")}
          </Button>
        ))}
      {changeable && (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" size={40} aria-label={t("More for {{name}}", { name: connection.name })}>
              <IconDots size={20} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconCopy size={16} />} onClick={() => duplicate.mutate(connection.id)}>
              {t("Duplicate, with its keys")}
            </Menu.Item>
            <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => setRemoving(true)}>
              {t("Remove")}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      <Confirm
        opened={removing && connection !== null}
        title={t("Remove {{name}}?", { name: connection?.name })}
        message={t("The connection and its keys are gone for good: a provider cannot restore a lost key. Chats stay.")}
        action={t("Remove")}
        busy={remove.isPending}
        error={remove.error && told(sentenceOf(remove.error))}
        onConfirm={() => connection && remove.mutate(connection.id)}
        onClose={() => setRemoving(false)}
      />
    </Group>
  );
}
