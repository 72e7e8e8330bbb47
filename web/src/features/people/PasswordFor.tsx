import { Button, Group, PasswordInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Person, givePassword, peopleQuery } from "@/api/people";
import { sentenceOf } from "@/api/problems";
import { told } from "@/lib/words";
import { showDone } from "@/ui/toasts";

type PasswordForProps = { person: Person; onDone: () => void };

/** Another password for somebody, who is signed out by it. */
export function PasswordFor({ person, onDone }: PasswordForProps) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [password, setPassword] = useState("");
  const give = useMutation({
    mutationFn: () => givePassword(person.id, password),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: peopleQuery.queryKey });
      showDone(t("{{name}} has another password.", { name: person.name }));
      onDone();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        give.mutate();
      }}
    >
      <Group gap="xs" align="flex-end">
        <PasswordInput
          w={280}
          label={t("New password for {{name}}", { name: person.name })}
          description={t("At least 8 characters. They are signed out everywhere.")}
          autoComplete="new-password"
          value={password}
          error={give.error && told(sentenceOf(give.error))}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" loading={give.isPending} disabled={password.length < 8}>
          {t("Give it")}
        </Button>
      </Group>
    </form>
  );
}
