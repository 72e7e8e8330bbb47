import { Alert, Button, Group, PasswordInput, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { keysQuery, ownerOfProxy } from "@/api/keys";
import { sentenceOf } from "@/api/problems";
import { proxiesQuery, removeProxy } from "@/api/proxies";
import { Confirm } from "@/features/connections/Confirm";
import { Fold } from "@/features/connections/Fold";
import { NO_PROXY, hasTypedProxy } from "@/features/connections/draft";
import type { ConnectionForm } from "@/features/connections/useConnectionForm";
import { told } from "@/lib/words";
import { showDone } from "@/ui/toasts";

/** An address that stands in for the provider's, with a password that stands in for the key. */
export function ProxyPart({ form }: { form: ConnectionForm }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const { data: presets = [] } = useQuery(proxiesQuery);
  const { data: keys = [] } = useQuery(keysQuery);
  const [removing, setRemoving] = useState(false);
  const [saving, setSaving] = useState(false);
  const { fields, draft, failure } = form;
  const preset = presets.find((each) => each.id === fields.proxy) ?? null;
  const password = preset && keys.find(({ key }) => key.owner === ownerOfProxy(preset.id))?.key;
  const remove = useMutation({
    mutationFn: async (id: string) => {
      if (fields.proxy !== null && form.connection?.settings?.proxy === fields.proxy) {
        form.type({ proxy: null });
        if (!(await form.save())) throw new Error(t("The connection could not be saved without it."));
      } else {
        form.type({ proxy: null });
      }
      await removeProxy(id);
    },
    onSuccess: () => {
      setRemoving(false);
      showDone(t("Proxy deleted"));
    },
    onSettled: () => cache.invalidateQueries({ queryKey: proxiesQuery.queryKey }),
  });
  const typed = draft.proxy;
  const named = typed.name !== null && typed.name.trim() !== "" && typed.name.trim() !== preset?.name;
  const inUse = preset !== null || hasTypedProxy(draft);

  async function save() {
    setSaving(true);
    if (await form.saveProxy()) showDone(t("Proxy saved"));
    setSaving(false);
  }

  return (
    <>
      <Fold
        title={t("Reverse Proxy")}
        hint={preset ? preset.name : hasTypedProxy(draft) ? t("not saved yet") : t("None")}
        forced={[failure.at.url, failure.at.password, failure.at.proxy_name, failure.at.proxy].some(Boolean)}
      >
        <Stack gap={12}>
          <Select
            label={t("Proxy preset")}
            data={[{ value: "", label: t("None") }, ...presets.map(({ id, name }) => ({ value: id, label: name }))]}
            value={fields.proxy ?? ""}
            allowDeselect={false}
            error={failure.at.proxy}
            onChange={(id) => {
              form.typeProxy(NO_PROXY);
              form.type({ proxy: id || null });
            }}
          />
          <TextInput
            label={t("Preset name")}
            description={preset ? t("Another name saves another preset.") : undefined}
            placeholder={t("for instance: my gateway")}
            autoComplete="off"
            value={typed.name ?? preset?.name ?? ""}
            error={failure.at.proxy_name}
            onChange={(event) => form.typeProxy({ name: event.currentTarget.value })}
          />
          <TextInput
            label={t("Proxy Server URL")}
            description={t("With or without /v1: the likely addresses are tried, and the one that works is told.")}
            placeholder="https://proxy.example/v1"
            type="url"
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            value={typed.url ?? preset?.url ?? ""}
            error={failure.at.url}
            onChange={(event) => form.typeProxy({ url: event.currentTarget.value })}
          />
          <PasswordInput
            label={t("Proxy Password")}
            description={t("Sent in the place of the key. It goes into the vault and is never shown again.")}
            placeholder={password && password.state === "active" ? t("…{{last4}} is kept; type to replace it", { last4: password.last4 }) : ""}
            autoComplete="new-password"
            data-1p-ignore
            value={typed.password}
            error={failure.at.password}
            visibilityToggleButtonProps={{ "aria-label": t("Show what is typed"), tabIndex: 0 }}
            onChange={(event) => form.typeProxy({ password: event.currentTarget.value })}
          />
          {password?.state === "detached" && (
            <Text size="sm" c="var(--tap-warn)">
              {t("The password …{{last4}} was entered for another address and is detached: enter it again.", {
                last4: password.last4,
              })}
            </Text>
          )}
          <Group gap={8}>
            <Button
              variant="default"
              loading={saving}
              disabled={!hasTypedProxy(draft) && !named}
              onClick={() => void save()}
            >
              {t("Save the preset")}
            </Button>
            {preset && (
              <Button variant="subtle" color="red" onClick={() => setRemoving(true)}>
                {t("Delete the preset")}
              </Button>
            )}
          </Group>
          {inUse && (
            <Alert color="yellow" variant="outline" icon={<IconAlertTriangle aria-hidden />} title={t("Whoever runs the proxy can read everything")}>
              {t("Every message, character and answer passes through it. Use only one that you run yourself or trust. Your own key is not sent to it.")}
            </Alert>
          )}
        </Stack>
      </Fold>
      <Confirm
        opened={removing && preset !== null}
        title={t("Delete the preset {{name}}?", { name: preset?.name })}
        message={t("Its password is gone for good. This connection then leads to the provider itself.")}
        action={t("Delete")}
        busy={remove.isPending}
        error={remove.error && told(sentenceOf(remove.error))}
        onConfirm={() => preset && remove.mutate(preset.id)}
        onClose={() => setRemoving(false)}
      />
    </>
  );
}
