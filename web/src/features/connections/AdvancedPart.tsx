import { Badge, Group, NumberInput, SimpleGrid, Stack, Switch, TextInput, Textarea } from "@mantine/core";
import { IconShieldOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Fold } from "@/features/connections/Fold";
import type { ConnectionForm } from "@/features/connections/useConnectionForm";

/** What few need to change: name, notes, patience, and the way to the provider. */
export function AdvancedPart({ form }: { form: ConnectionForm }) {
  const { t } = useTranslation();
  const { fields, failure, source } = form;
  const wait = (name: "connect" | "idle" | "total", label: string, about: string) => (
    <NumberInput
      label={label}
      description={about}
      suffix=" s"
      min={0}
      value={fields.timeouts[name]}
      error={failure.at.timeouts}
      onChange={(next) => next !== "" && form.type({ timeouts: { ...fields.timeouts, [name]: Number(next) } })}
    />
  );
  const places = [failure.at.name, failure.at.notes, failure.at.timeouts, failure.at.outbound_proxy];
  return (
    <Fold
      title={t("Advanced")}
      hint={t("name, notes, timeouts, outbound proxy")}
      forced={places.some(Boolean)}
    >
      <Stack gap={12}>
        <TextInput
          label={t("Name")}
          description={t("What the connection is called in lists, and before the slash of a model’s name in the gateway.")}
          placeholder={source.title}
          maxLength={64}
          value={fields.name}
          error={failure.at.name}
          onChange={(event) => form.type({ name: event.currentTarget.value })}
        />
        <Textarea
          label={t("Notes")}
          description={t("For yourself: never sent anywhere.")}
          autosize
          minRows={2}
          value={fields.notes}
          error={failure.at.notes}
          onChange={(event) => form.type({ notes: event.currentTarget.value })}
        />
        {!source.built_in && source.ability === null && (
          <>
            <SimpleGrid cols={{ base: 1, sm: 3 }} spacing={12}>
              {wait("connect", t("Connect timeout"), t("How long the server may take to be reached."))}
              {wait("idle", t("Idle timeout"), t("How long the server may be silent."))}
              {wait("total", t("Total timeout"), t("How long a whole answer may take."))}
            </SimpleGrid>
            <TextInput
              label={t("Outbound proxy")}
              description={t("Carries the traffic without reading it, as in a company’s network. A password in it is kept in the vault.")}
              placeholder="http://host:3128, socks5://host:1080"
              autoComplete="off"
              spellCheck={false}
              value={fields.outbound_proxy}
              error={failure.at.outbound_proxy}
              onChange={(event) => form.type({ outbound_proxy: event.currentTarget.value })}
            />
            <Group gap={12}>
              <Switch
                label={t("Verify certificates (TLS)")}
                description={t("Off only for a server of your own with a certificate made by yourself.")}
                checked={fields.verify_tls}
                onChange={(event) => form.type({ verify_tls: event.currentTarget.checked })}
              />
              {!fields.verify_tls && (
                <Badge color="red" variant="filled" tt="none" leftSection={<IconShieldOff size={12} />}>
                  {t("not verified: others may read along")}
                </Badge>
              )}
            </Group>
          </>
        )}
      </Stack>
    </Fold>
  );
}
