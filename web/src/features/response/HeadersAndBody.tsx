import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Connection, type ConnectionChanges, changeConnection } from "@/api/connections";
import { sentenceOf } from "@/api/problems";
import classes from "@/features/response/Response.module.css";
import {
  type Read,
  bodyText,
  headerLines,
  readBody,
  readHeaders,
  readNames,
} from "@/features/response/bodyText";
import { useTyped } from "@/features/response/typed";
import { told } from "@/lib/words";
import { Trouble } from "@/ui/Trouble";

/** What a connection lays over every request: headers, fields put into the body and left out of it. */
export function HeadersAndBody({ connection }: { connection: Connection }) {
  const { t } = useTranslation();
  const { settings } = connection;
  if (!settings) return <Text size="sm">{t("Only admins see what a connection adds.")}</Text>;
  if (connection.ready_made) {
    return <Text size="sm">{t("A ready-made connection has none. Save one of your own to set it.")}</Text>;
  }
  return (
    <Stack gap="md">
      <Field
        connection={connection}
        name="headers"
        label={t("Include Request Headers")}
        description={t("One a line, as “Name: value”.")}
        kept={headerLines(settings.headers)}
        read={readHeaders}
        toChanges={(headers) => ({ headers })}
      />
      <Field
        connection={connection}
        name="include"
        label={t("Include Body Parameters")}
        description={t("Fields put into every body, over what is there: YAML or JSON.")}
        kept={bodyText(settings.include_body)}
        read={readBody}
        toChanges={(include_body) => ({ include_body })}
      />
      <Field
        connection={connection}
        name="exclude"
        label={t("Exclude Body Parameters")}
        description={t("Names of fields taken out of every body, one a line.")}
        kept={settings.exclude_body.join("\n")}
        read={readNames}
        toChanges={(exclude_body) => ({ exclude_body })}
      />
      <Text size="xs" c="dimmed">
        {t("Applies to everyone who uses “{{name}}”.", { name: connection.name })}
      </Text>
    </Stack>
  );
}

type FieldProps<T> = {
  connection: Connection;
  name: string;
  label: string;
  description: string;
  /** What is kept on the server, as text. */
  kept: string;
  read: (text: string) => Read<T>;
  toChanges: (value: T) => ConnectionChanges;
};

function Field<T>({ connection, name, label, description, kept, read, toChanges }: FieldProps<T>) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [text, setText] = useTyped(`${connection.id}/${name}`, kept);
  const [left, setLeft] = useState(false);
  const save = useMutation({
    mutationFn: (value: T) =>
      changeConnection(connection.id, {
        ...toChanges(value),
        version: connection.settings?.version ?? null,
      }),
    onSuccess: () => setText(null),
    onSettled: () => cache.invalidateQueries({ queryKey: ["connections"] }),
  });
  const said = read(text);
  const trouble = "trouble" in said ? said : null;
  return (
    <Stack gap={4}>
      <Textarea
        className={classes.code}
        label={label}
        description={description}
        autosize
        minRows={2}
        maxRows={12}
        spellCheck={false}
        value={text}
        error={trouble && t("Line {{line}}: {{trouble}}", { line: trouble.line, trouble: told(trouble.trouble) })}
        onFocus={() => setLeft(false)}
        onBlur={() => setLeft(true)}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {text !== kept && (
        <Group gap="xs">
          <Button
            size="compact-sm"
            loading={save.isPending}
            disabled={trouble !== null}
            onClick={() => "value" in said && save.mutate(said.value)}
          >
            {t("Save")}
          </Button>
          <Button size="compact-sm" variant="subtle" color="gray" onClick={() => setText(null)}>
            {t("Discard")}
          </Button>
          {left && (
            <Text size="xs" c="var(--tap-warn)">
              {t("Not saved yet")}
            </Text>
          )}
        </Group>
      )}
      {save.error && <Trouble message={sentenceOf(save.error)} />}
    </Stack>
  );
}
