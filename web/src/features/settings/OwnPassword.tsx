import { Button, Group, PasswordInput, Stack } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { changePassword } from "@/api/people";
import { sentenceOf } from "@/api/problems";
import { Card } from "@/features/settings/Card";
import { StatusLine } from "@/ui/Status";
import { Trouble } from "@/ui/Trouble";

const SHORTEST = 8;

/** Another password for oneself. */
export function OwnPassword({ name }: { name: string }) {
  const { t } = useTranslation();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    mutationFn: () => changePassword(current, next),
    onSuccess: () => {
      setCurrent("");
      setNext("");
    },
  });
  const isShort = next !== "" && next.length < SHORTEST;
  return (
    <Card title={t("Password")} about={t("With another password you are signed out everywhere else. Access tokens go on.")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <Stack gap="sm" maw={400}>
          <input type="text" name="username" autoComplete="username" value={name} readOnly hidden />
          <PasswordInput
            label={t("Your password now")}
            autoComplete="current-password"
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
          <PasswordInput
            label={t("The new one")}
            description={t("At least 8 characters.")}
            autoComplete="new-password"
            value={next}
            error={isShort && t("That is too short.")}
            onChange={(event) => {
              change.reset();
              setNext(event.currentTarget.value);
            }}
          />
          {change.error && <Trouble message={sentenceOf(change.error)} />}
          {change.isSuccess && <StatusLine mood="ready">{t("Changed.")}</StatusLine>}
          <Group>
            <Button type="submit" loading={change.isPending} disabled={!next || isShort}>
              {t("Change the password")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}
