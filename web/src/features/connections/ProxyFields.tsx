import { Button, Group, PasswordInput, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { keysQuery, ownerOfProxy } from "@/api/keys";
import { sentenceOf } from "@/api/problems";
import { type Proxy, proxiesQuery } from "@/api/proxies";
import { Confirm } from "@/features/connections/Confirm";
import { ProxyWarning } from "@/features/connections/ProxyWarning";
import { hasTypedProxy } from "@/features/connections/draft";
import type { ConnectionForm } from "@/features/connections/useConnectionForm";
import { told } from "@/lib/words";
import { showDone } from "@/ui/toasts";

/** An address that stands in for the provider's, with a password that stands in for the key. */
export function ProxyFields({ form }: { form: ConnectionForm }) {
  const { t } = useTranslation();
  const { data: presets = [] } = useQuery(proxiesQuery);
  const { data: keys = [] } = useQuery(keysQuery);
  // Held by itself: what goes through it is led elsewhere before it is deleted.
  const [removing, setRemoving] = useState<Proxy | null>(null);
  const { fields, draft, failure } = form;
  const preset = presets.find((each) => each.id === fields.proxy) ?? null;
  const password = preset && keys.find(({ key }) => key.owner === ownerOfProxy(preset.id))?.key;
  const remove = useMutation({
    mutationFn: form.removeProxy,
    onSuccess: () => {
      setRemoving(null);
      showDone(t("Proxy deleted"));
    },
  });
  const save = useMutation({
    mutationFn: form.saveProxy,
    onSuccess: (taken) => taken && showDone(t("Proxy saved")),
  });
  const typed = draft.proxy;
  const named = typed.name !== null && typed.name.trim() !== "" && typed.name.trim() !== preset?.name;

  return (
    <Stack gap={12}>
      <Select
        label={t("Proxy preset")}
        data={[{ value: "", label: t("None") }, ...presets.map(({ id, name }) => ({ value: id, label: name }))]}
        value={fields.proxy ?? ""}
        allowDeselect={false}
        error={failure.at.proxy}
        onChange={(id) => void form.chooseProxy(id || null)}
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
        description={t("With or without /v1: the likely addresses are tried, and the one that works is kept.")}
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
        placeholder={
          password && password.state === "active"
            ? t("…{{last4}} is kept; type to replace it", { last4: password.last4 })
            : ""
        }
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
          loading={save.isPending}
          disabled={!hasTypedProxy(draft) && !named}
          onClick={() => save.mutate()}
        >
          {t("Save preset")}
        </Button>
        {preset && (
          <Button variant="subtle" color="red" onClick={() => setRemoving(preset)}>
            {t("Delete preset")}
          </Button>
        )}
      </Group>
      {(preset || hasTypedProxy(draft)) && <ProxyWarning />}
      <Confirm
        opened={removing !== null}
        title={t("Delete the preset {{name}}?", { name: removing?.name })}
        message={t("Its password is gone for good. This connection then leads to the provider itself.")}
        action={t("Delete")}
        busy={remove.isPending}
        error={remove.error && told(sentenceOf(remove.error))}
        onConfirm={() => removing && remove.mutate(removing.id)}
        onClose={() => {
          setRemoving(null);
          remove.reset();
        }}
      />
    </Stack>
  );
}
