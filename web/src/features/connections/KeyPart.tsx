import { Anchor, Button, Group, PasswordInput, Text, TextInput } from "@mantine/core";
import { IconExternalLink, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Key } from "@/api/keys";
import { GrantButton } from "@/features/connections/GrantButton";
import { KeyRow } from "@/features/connections/KeyRow";
import { Part } from "@/features/connections/Part";
import { originOf, shownOrigin } from "@/features/connections/origins";
import type { ConnectionForm } from "@/features/connections/useConnectionForm";

type KeyPartProps = { form: ConnectionForm; keys: readonly Key[] };

/** The keys of a connection: entered here, never shown again. */
export function KeyPart({ form, keys }: KeyPartProps) {
  const { t } = useTranslation();
  const { source, fields, draft, failure, connection } = form;
  // How many keys there were when another was wanted: with one more, it was entered.
  const [wanted, setWanted] = useState<number | null>(null);
  const adding = wanted === keys.length;
  if (source.key === "none") return null;
  if (fields.proxy !== null) {
    return (
      <Part title={t("API key")}>
        <Text size="sm" c="dimmed">
          {t("With a reverse proxy no key of yours is sent: its Proxy Password takes the place of the key.")}
        </Text>
      </Part>
    );
  }
  const active = keys.filter((key) => key.state === "active");
  const ranks = active.map(({ rank }) => rank);
  // Those of the lowest rank take turns; none of them is first where all are of one.
  const lowest = Math.min(...ranks) < Math.max(...ranks) ? Math.min(...ranks) : null;
  const asked = active.length === 0 || adding || draft.key !== "" || failure.at.key !== undefined;
  const origin = originOf(fields.endpoint || source.endpoint);
  const grants = source.grants;
  return (
    <Part title={source.key === "optional" ? t("API key (where the server wants one)") : t("API key")}>
      {keys.map((key) => (
        <KeyRow key={key.id} known={key} others={active.length > 1} first={key.rank === lowest} />
      ))}
      {asked ? (
        <>
          <PasswordInput
            label={active.length ? t("Another key") : t("Key")}
            placeholder={t("Paste it here")}
            autoComplete="new-password"
            data-1p-ignore
            form={form.formId}
            spellCheck={false}
            value={draft.key}
            error={failure.at.key}
            visibilityToggleButtonProps={{ "aria-label": t("Show what is typed"), tabIndex: 0 }}
            onChange={(event) => form.typeKey({ key: event.currentTarget.value })}
          />
          {active.length > 0 && (
            <TextInput
              label={t("What this key is called")}
              placeholder={t("for instance: work")}
              form={form.formId}
              maxLength={200}
              value={draft.label}
              onChange={(event) => form.typeKey({ label: event.currentTarget.value })}
            />
          )}
        </>
      ) : (
        <Group>
          <Button variant="default" leftSection={<IconPlus size={16} />} onClick={() => setWanted(keys.length)}>
            {t("Add another key")}
          </Button>
        </Group>
      )}
      <Group gap="md">
        {source.key_page && (
          <Anchor href={source.key_page} target="_blank" rel="noreferrer" size="sm">
            {t("Make a key at the provider’s page")} <IconExternalLink size={12} aria-hidden />
          </Anchor>
        )}
        {grants && <GrantButton form={form} connection={connection} />}
      </Group>
      <Text size="xs" c="dimmed">
        {origin
          ? t(
              "The key is sealed in the vault, bound to {{origin}}, and never shown again, not even to you.",
              { origin: shownOrigin(origin) },
            )
          : t("The key is sealed in the vault, bound to the address it was entered for, and never shown again, not even to you.")}{" "}
        {t("A provider shows a key only once and cannot restore a lost one: keep a copy.")}
      </Text>
    </Part>
  );
}
