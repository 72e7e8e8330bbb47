import { Button, Group, Loader, Modal, Paper, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type Edition, type Message, editionsQuery } from "@/api/messages";
import classes from "@/features/chat/Conversation.module.css";
import { moment } from "@/lib/figures";
import { Trouble } from "@/ui/Trouble";

type VersionsDialogProps = {
  opened: boolean;
  message: Message | null;
  onReturn: (message: Message, editionId: string) => void;
  onClose: () => void;
};

const wordsOf = ({ parts }: Edition): string =>
  parts.map((part) => (part.type === "text" ? part.text : "")).join("");

/** The earlier versions of a message, newest first; each can be returned to. */
export function VersionsDialog({ opened, message, ...acts }: VersionsDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={acts.onClose}
      size="lg"
      title={t("Earlier versions")}
      closeButtonProps={{ "aria-label": t("Close") }}
    >
      {message && <Versions message={message} {...acts} />}
    </Modal>
  );
}

type VersionsProps = Omit<VersionsDialogProps, "opened" | "message"> & { message: Message };

function Versions({ message, onReturn, onClose }: VersionsProps) {
  const { t, i18n } = useTranslation();
  const { data, error, refetch } = useQuery(editionsQuery(message.id));
  return (
    <Stack>
      {error && <Trouble message={error.message} onRetry={() => void refetch()} />}
      {!data && !error && <Loader size="sm" role="img" aria-label={t("Loading")} />}
      {data?.editions.toReversed().map((edition) => (
        <Paper key={edition.id} withBorder p="sm">
          <Group justify="space-between" mb={4}>
            <Text size="xs" c="dimmed">
              {t("until {{moment}}", { moment: moment(edition.replaced_at, i18n.language) })}
            </Text>
            <Button
              size="compact-sm"
              variant="light"
              onClick={() => {
                onReturn(message, edition.id);
                onClose();
              }}
            >
              {t("Return to this")}
            </Button>
          </Group>
          <Text size="sm" className={classes.version}>
            {wordsOf(edition)}
          </Text>
        </Paper>
      ))}
    </Stack>
  );
}
