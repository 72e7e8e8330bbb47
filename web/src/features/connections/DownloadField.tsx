import { Button, Group, Text, TextInput } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

type DownloadFieldProps = {
  /** What a name looks like. */
  example: string;
  busy: boolean;
  /** Why the last one was refused. */
  refused: string | null;
  /** Resolves once it has begun. */
  onDownload: (model: string) => Promise<unknown>;
};

/** Has a server download a model, by its name. */
export function DownloadField({ example, busy, refused, onDownload }: DownloadFieldProps) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        // What was refused stays, to be mended.
        void onDownload(name.trim()).then(
          () => setName(""),
          () => undefined,
        );
      }}
    >
      <Group gap={8} align="flex-end">
        <TextInput
          flex={1}
          miw={200}
          label={t("Download a model")}
          description={t("It is stored on the computer the server runs on, and may be many gigabytes.")}
          placeholder={t("for instance: {{example}}", { example })}
          autoComplete="off"
          spellCheck={false}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button
          type="submit"
          variant="default"
          mih={40}
          leftSection={<IconDownload size={16} aria-hidden />}
          loading={busy}
          disabled={!name.trim()}
        >
          {t("Download")}
        </Button>
      </Group>
      {refused && (
        <Text size="sm" c="var(--tap-bad)" role="alert" mt={4}>
          {refused}
        </Text>
      )}
    </form>
  );
}
