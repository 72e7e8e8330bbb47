import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

type NameDialogProps = {
  opened: boolean;
  /** What gets a name. */
  kind: "branch" | "checkpoint";
  onName: (name: string) => void;
  onClose: () => void;
};

/** Asks what a place in the chat is to be called. */
export function NameDialog({ opened, kind, onName, onClose }: NameDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={kind === "branch" ? t("Begin a branch here") : t("Set a checkpoint here")}
      closeButtonProps={{ "aria-label": t("Close") }}
    >
      <NameForm kind={kind} onName={onName} onClose={onClose} />
    </Modal>
  );
}

function NameForm({ kind, onName, onClose }: Omit<NameDialogProps, "opened">) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!name.trim()) return;
        onName(name.trim());
        onClose();
      }}
    >
      <Stack>
        <TextInput
          data-autofocus
          label={t("Name")}
          description={
            kind === "branch"
              ? t("What is said next goes below this message. What stands there already is kept.")
              : t("The message can be found again by this name, in the tree of the chat.")
          }
          value={name}
          maxLength={300}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button type="submit" disabled={!name.trim()}>
            {kind === "branch" ? t("Begin the branch") : t("Set the checkpoint")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
