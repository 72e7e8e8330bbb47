import { Anchor, Button, Group, PasswordInput, Skeleton, Text, TextInput } from "@mantine/core";
import { IconExternalLink, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Key } from "@/api/keys";
import { sentenceOf } from "@/api/problems";
import { GrantButton } from "@/features/connections/GrantButton";
import { KeyRow } from "@/features/connections/KeyRow";
import { Part } from "@/features/connections/Part";
import { originOf, shownOrigin } from "@/features/connections/origins";
import { isLocal } from "@/features/connections/sourceGroups";
import type { ConnectionForm } from "@/features/connections/useConnectionForm";
import { Trouble } from "@/ui/Trouble";

/** The keys of a connection: entered here, never shown again. */
export function KeyPart({ form }: { form: ConnectionForm }) {
  const { t } = useTranslation();
  const { source, fields, keys } = form;
  if (source.key === "none") return null;
  return (
    <Part title={source.key === "optional" ? t("API key (optional)") : t("API key")}>
      {fields.proxy !== null ? (
        <Text size="sm" c="dimmed">
          {t("With a reverse proxy no key of yours is sent: its Proxy Password takes the place of the key.")}
        </Text>
      ) : keys.known ? (
        <Keys form={form} keys={keys.known} />
      ) : keys.error ? (
        <Trouble message={sentenceOf(keys.error)} />
      ) : (
        <Skeleton h={58} role="status" aria-busy aria-label={t("Loading the keys")} />
      )}
    </Part>
  );
}

function Keys({ form, keys }: { form: ConnectionForm; keys: readonly Key[] }) {
  const { t } = useTranslation();
  const { source, fields, draft, failure, connection } = form;
  // How many keys there were when another was wanted: with one more, it was entered.
  const [wanted, setWanted] = useState<number | null>(null);
  const adding = wanted === keys.length;
  const active = keys.filter((key) => key.state === "active");
  const ranks = active.map(({ rank }) => rank);
  // Those of the lowest rank take turns; none of them is first where all are of one.
  const lowest = Math.min(...ranks) < Math.max(...ranks) ? Math.min(...ranks) : null;
  const asked = active.length === 0 || adding || draft.key !== "" || failure.at.key !== undefined;
  const origin = originOf(fields.endpoint || source.endpoint);
  const needed = source.key_page
    ? t("{{source}} needs a key. Get one at {{page}} and paste it here.", {
        source: source.title,
        page: new URL(source.key_page).host,
      })
    : t("{{source}} needs a key. Paste it here.", { source: source.title });
  return (
    <>
      {keys.map((key) => (
        <KeyRow key={key.id} known={key} others={active.length > 1} first={key.rank === lowest} />
      ))}
      {asked ? (
        <>
          <PasswordInput
            id={form.keyId}
            label={active.length ? t("Another key") : t("Key")}
            placeholder={t("Paste it here")}
            autoComplete="new-password"
            data-1p-ignore
            form={form.formId}
            spellCheck={false}
            value={draft.key}
            error={failure.at.key ?? (form.needsKey && needed)}
            visibilityToggleButtonProps={{ "aria-label": t("Show what is typed"), tabIndex: 0 }}
            onChange={(event) => form.typeKey({ key: event.currentTarget.value })}
          />
          {active.length > 0 && (
            <TextInput
              label={t("Name of this key")}
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
            {t("Get a key at the provider’s page")} <IconExternalLink size={12} aria-hidden />
          </Anchor>
        )}
        {source.grants && <GrantButton form={form} connection={connection} />}
      </Group>
      <Text size="xs" c="dimmed">
        {origin
          ? t(
              "The key is sealed in the vault, bound to {{origin}}, and never shown again, not even to you.",
              { origin: shownOrigin(origin) },
            )
          : t("The key is sealed in the vault, bound to the address it was entered for, and never shown again, not even to you.")}{" "}
        {isLocal(source)
          ? t("It is the key this server was started with.")
          : t("A provider shows a key only once and cannot restore a lost one: keep a copy.")}
      </Text>
    </>
  );
}
