import { Alert, Button, Group, PasswordInput, SegmentedControl, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Role, addPerson, peopleQuery } from "@/api/people";
import { sentenceOf } from "@/api/problems";
import { Trouble } from "@/ui/Trouble";

type NewPersonFormProps = {
  /** Whether nobody has a password yet: with this one, everybody is asked for theirs. */
  isFirst: boolean;
  onDone: () => void;
};

/** An account for somebody. */
export function NewPersonForm({ isFirst, onDone }: NewPersonFormProps) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [role, setRole] = useState<Role>("member");
  const add = useMutation({
    mutationFn: () => addPerson({ name: name.trim(), password, role: isFirst ? "admin" : role }),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: peopleQuery.queryKey });
      void cache.invalidateQueries({ queryKey: ["house"] });
      void cache.invalidateQueries({ queryKey: ["session"] });
      onDone();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate();
      }}
    >
      <Stack gap="sm" maw={400}>
        {isFirst && (
          <Alert color="gray">
            {t("The first account is yours: it is an admin and owns what is here. From then on everyone signs in by name and password, on this machine too.")}
          </Alert>
        )}
        <TextInput
          label={t("Name")}
          autoComplete="off"
          maxLength={64}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <PasswordInput
          label={t("Password")}
          description={t("At least 8 characters.")}
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {!isFirst && (
          <SegmentedControl
            aria-label={t("Role")}
            data={[
              { value: "member", label: t("member") },
              { value: "admin", label: t("admin") },
            ]}
            value={role}
            onChange={(said) => setRole(said as Role)}
          />
        )}
        {add.error && <Trouble message={sentenceOf(add.error)} />}
        <Group gap="xs">
          <Button type="submit" loading={add.isPending} disabled={!name.trim() || password.length < 8}>
            {t("Make the account")}
          </Button>
          <Button variant="subtle" color="gray" onClick={onDone}>
            {t("Cancel")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
