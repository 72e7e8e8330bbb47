import { ActionIcon, Drawer, Group, Stack, Text, Title, Tooltip } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Connection } from "@/api/connections";
import classes from "@/features/response/Response.module.css";
import { Sections } from "@/features/response/Sections";
import { useAsked } from "@/api/asked";

type ResponsePanelProps = {
  /** `null`: a chat that has not begun; what is set is what new chats begin with. */
  chatId: string | null;
  /** Draws the proxy of a connection. */
  proxyOf: (connection: Connection) => ReactNode;
  onClose: () => void;
  /** Whether one wants to see what is sent; and is told when one does. */
  isSentSought: boolean;
  onFound: () => void;
};

/** The AI Response Configuration: beside the chat, or over it on a phone. */
export function ResponsePanel(props: ResponsePanelProps) {
  const { chatId, onClose } = props;
  const { t } = useTranslation();
  const isPhone = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const title = t("AI Response Configuration");
  const panel = <Panel key={chatId} title={title} {...props} />;
  if (!isPhone) {
    return (
      <aside className={classes.panel} aria-label={title}>
        {panel}
      </aside>
    );
  }
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="min(100%, 400px)"
      padding={0}
      withCloseButton={false}
      attributes={{ content: { "aria-label": title } }}
    >
      <div className={classes.drawer}>{panel}</div>
    </Drawer>
  );
}

function Panel({ title, onClose, ...shown }: ResponsePanelProps & { title: string }) {
  const { t } = useTranslation();
  const asked = useAsked(shown.chatId);
  return (
    <>
      <Group className={classes.head} gap="xs" wrap="nowrap" justify="space-between">
        <Stack gap={0} miw={0}>
          <Title order={2} size="h5">
            {title}
          </Title>
          <Text size="xs" c="dimmed" truncate>
            {asked.connection
              ? `${asked.connection.name} · ${asked.model ?? t("its first model")}`
              : t("No connection")}
          </Text>
        </Stack>
        <Tooltip label={t("Close")}>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("Close")} onClick={onClose}>
            <IconX size={18} />
          </ActionIcon>
        </Tooltip>
      </Group>
      <div className={classes.body}>
        <Sections asked={asked} {...shown} />
      </div>
    </>
  );
}
