import { Button, Group, List, Text } from "@mantine/core";
import { IconPlugConnected, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { CheckFound } from "@/features/connections/CheckFound";
import { Conflicted } from "@/features/connections/Conflicted";
import { Part } from "@/features/connections/Part";
import { useCheck } from "@/features/connections/checking";
import { useFieldNames } from "@/features/connections/fieldNames";
import type { Place } from "@/features/connections/failure";
import { NEW } from "@/features/connections/drafts";
import { shownOrigin } from "@/features/connections/origins";
import type { ConnectionForm } from "@/features/connections/useConnectionForm";
import { PageModelPart } from "@/features/connections/PageModelPart";
import { useElapsed } from "@/lib/elapsed";
import { Caution } from "@/ui/Caution";
import { StatusLine } from "@/ui/Status";
import { Trouble } from "@/ui/Trouble";

/** Saves what was typed, asks the endpoint how it stands, and says so. */
export function ConnectPart({ form }: { form: ConnectionForm }) {
  const { t } = useTranslation();
  const { connection, failure, detached, saving, source } = form;
  const { checking, cancel } = useCheck(connection?.id ?? NEW);
  const names = useFieldNames();
  const elapsed = useElapsed(checking);
  const changed = form.unsaved.length > 0 || !connection;
  return (
    <Part title={t("Connect")}>
      <form
        id={form.formId}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!checking && !saving) void form.connect();
        }}
      >
        <Group gap={12}>
          {checking ? (
            <Button variant="default" leftSection={<IconX size={16} />} onClick={cancel}>
              {t("Cancel")}
            </Button>
          ) : (
            <Button
              leftSection={<IconPlugConnected size={18} aria-hidden />}
              type="submit"
              loading={saving}
            >
              {t("Connect")}
            </Button>
          )}
          <Text size="sm" c="dimmed">
            {source.ability
              ? t("Saves what you typed. Whether the model is there is seen in this page.")
              : changed
              ? t("Saves what you typed, then checks the connection.")
              : t("Checks the connection. Nothing is locked if it fails.")}
          </Text>
        </Group>
      </form>
      {form.needsKey && (
        <Group gap={12}>
          <StatusLine mood="bad">
            {t("Not connected: {{source}} needs a key.", { source: form.source.title })}
          </StatusLine>
          {changed && (
            <Button variant="subtle" size="compact-sm" loading={saving} onClick={() => void form.save()}>
              {t("Save without a key")}
            </Button>
          )}
        </Group>
      )}
      {failure.newer ? (
        <Conflicted form={form} />
      ) : (
        failure.trouble && <Trouble message={failure.trouble} onRetry={() => void form.connect()} />
      )}
      {Object.entries(failure.at).map(([place, message]) => (
        <StatusLine key={place} mood="bad">
          <b>{t("Not saved.")}</b> {names[place as Place]}: {message}
        </StatusLine>
      ))}
      {detached.length > 0 && (
        <Caution title={t("A key was detached")}>
          <List size="sm">
            {detached.map((key) => (
              <List.Item key={key.id}>
                {t("…{{last4}} was entered for {{origin}}. Enter a key for the new address.", {
                  last4: key.last4,
                  origin: shownOrigin(key.origin),
                })}
              </List.Item>
            ))}
          </List>
        </Caution>
      )}
      {source.ability ? (
        <PageModelPart form={form} ability={source.ability} />
      ) : (
        <CheckFound connection={connection} elapsed={elapsed} changed={changed && connection !== null} />
      )}
    </Part>
  );
}
