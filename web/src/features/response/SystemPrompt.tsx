import { Button, Group, Stack, Textarea } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useChangePreferences, usePreferences } from "@/api/preferences";

type SystemPromptProps = {
  value: string;
  /** Whether it belongs to a chat; without one, it is what new chats begin with. */
  ofChat: boolean;
  onChange: (value: string) => void;
};

/** What the model is told before all else. */
export function SystemPrompt({ value, ofChat, onChange }: SystemPromptProps) {
  const { t } = useTranslation();
  const { system } = usePreferences();
  const like = useChangePreferences();
  return (
    <Stack gap="xs">
      <Textarea
        aria-label={t("System prompt")}
        description={
          ofChat
            ? t("What the model is told before all else, in this chat.")
            : t("What the model is told before all else, in chats that begin now.")
        }
        placeholder={t("You are …")}
        autosize
        minRows={3}
        maxRows={14}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {ofChat && value !== system && (
        <Group>
          <Button size="compact-sm" variant="subtle" onClick={() => like({ system: value })}>
            {t("Use for new chats")}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
