import { Anchor, Button, Code, Group, NativeSelect, Stack, Switch, Text, Textarea } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { connectionsQuery } from "@/api/connections";
import { useChangePreferences, usePreferences } from "@/api/preferences";
import { Card } from "@/features/settings/Card";

const PATIENCE = 600;

/** How one writes, and what new chats begin with. */
export function ChatHabits() {
  const { t } = useTranslation();
  const liked = usePreferences();
  const like = useChangePreferences();
  const connections = useQuery(connectionsQuery).data ?? [];
  const begun = Object.entries(liked.settings).filter(([, value]) => value !== null);
  return (
    <>
      <Card title={t("Writing")}>
        <Switch
          label={t("Enter sends")}
          description={
            liked.send_on_enter
              ? t("Shift and Enter begin a new line.")
              : t("Enter begins a new line; Ctrl and Enter send.")
          }
          checked={liked.send_on_enter}
          onChange={(event) => like({ send_on_enter: event.currentTarget.checked })}
        />
        <Switch
          label={t("Check the connection when the page opens")}
          description={t("The provider is asked how it stands, before you write.")}
          checked={liked.check_on_open}
          onChange={(event) => like({ check_on_open: event.currentTarget.checked })}
        />
      </Card>
      <Card
        title={t("New chats")}
        about={t("What a chat has when it begins. Each can be changed in the chat itself.")}
      >
        <NativeSelect
          label={t("Connection")}
          maw={400}
          data={[
            { value: "", label: t("The usual one: saved or changed last") },
            ...connections.map((each) => ({ value: each.id, label: each.name })),
          ]}
          value={liked.connection ?? ""}
          onChange={(event) => like({ connection: event.currentTarget.value || null, model: null })}
        />
        {liked.model && (
          <Group gap="xs">
            <Text size="sm">{t("Model: {{model}}", { model: liked.model })}</Text>
            <Button size="compact-sm" variant="subtle" onClick={() => like({ model: null })}>
              {t("Use the connection's own")}
            </Button>
          </Group>
        )}
        <SystemOfNew key={liked.version > 0 ? "known" : "unknown"} />
        <Stack gap={4}>
          <Text size="sm" fw={500}>
            {t("Response settings")}
          </Text>
          {begun.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t("None are sent: the provider's own hold.")}
            </Text>
          ) : (
            <Group gap="xs">
              {begun.map(([name, value]) => (
                <Code key={name}>
                  {name}: {JSON.stringify(value)}
                </Code>
              ))}
              <Button size="compact-sm" variant="subtle" onClick={() => like({ settings: {} })}>
                {t("Send none of them")}
              </Button>
            </Group>
          )}
          <Text size="xs" c="dimmed">
            {t("They are turned beside a chat, under AI Response Configuration.")}{" "}
            <Anchor size="xs" component={Link} to="/">
              {t("New chat")}
            </Anchor>
          </Text>
        </Stack>
      </Card>
    </>
  );
}

function SystemOfNew() {
  const { t } = useTranslation();
  const { system } = usePreferences();
  const like = useChangePreferences();
  const [text, setText] = useState(system);
  const keep = useDebouncedCallback((said: string) => like({ system: said }), {
    delay: PATIENCE,
    flushOnUnmount: true,
  });
  return (
    <Textarea
      label={t("System prompt")}
      description={t("What the model is told before all else.")}
      autosize
      minRows={3}
      maxRows={12}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        keep(event.currentTarget.value);
      }}
    />
  );
}
