import { Button, Checkbox, Group, NativeSelect, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { sentenceOf } from "@/api/problems";
import { useIsAdmin } from "@/api/session";
import { type Scope, type TokenMade, makeToken, tokensQuery } from "@/api/tokens";
import { SCOPES } from "@/features/settings/scopes";
import { Trouble } from "@/ui/Trouble";

const DAY = 24 * 60 * 60;
const LASTS = [
  { value: "", label: "until it is revoked" },
  { value: String(30 * DAY), label: "for 30 days" },
  { value: String(90 * DAY), label: "for 90 days" },
  { value: String(365 * DAY), label: "for a year" },
];
type NewTokenFormProps = { onMade: (token: TokenMade) => void; onCancel: () => void };

/** What a new token is called, what it may do, and for how long. */
export function NewTokenForm({ onMade, onCancel }: NewTokenFormProps) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const isAdmin = useIsAdmin();
  const [name, setName] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const [scopes, setScopes] = useState<string[]>(["chat", "models"]);
  const [lasts, setLasts] = useState("");
  const make = useMutation({
    mutationFn: () =>
      makeToken({
        name: name.trim(),
        scopes: scopes as Scope[],
        lasts: lasts ? Number(lasts) : null,
      }),
    onSuccess: (token) => {
      void cache.invalidateQueries({ queryKey: tokensQuery.queryKey });
      onMade(token);
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <Stack gap="sm" maw={480}>
        <TextInput
          label={t("Name")}
          description={t("What uses it, so that you know it again.")}
          placeholder={t("my-app")}
          maxLength={64}
          ref={field}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Checkbox.Group label={t("What it may do")} value={scopes} onChange={setScopes}>
          <Stack gap="xs" mt={4}>
            {SCOPES.filter((each) => isAdmin || !each.forAdmins).map(({ scope, title, meaning }) => (
              <Checkbox key={scope} value={scope} label={t(title)} description={t(meaning)} />
            ))}
          </Stack>
        </Checkbox.Group>
        <NativeSelect
          label={t("It is good")}
          data={LASTS.map(({ value, label }) => ({ value, label: t(label) }))}
          value={lasts}
          onChange={(event) => setLasts(event.currentTarget.value)}
        />
        {make.error && <Trouble message={sentenceOf(make.error)} />}
        <Group gap="xs">
          <Button type="submit" loading={make.isPending} disabled={!name.trim() || !scopes.length}>
            {t("Make the token")}
          </Button>
          <Button variant="subtle" color="gray" onClick={onCancel}>
            {t("Cancel")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
