import { Button, Group, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Person, changePerson, peopleQuery } from "@/api/people";
import { sentenceOf } from "@/api/problems";
import { meQuery } from "@/api/session";
import { told } from "@/lib/words";

type RenamePersonProps = { person: Person; onDone: () => void };

/** Another name for somebody, by which they sign in. */
export function RenamePerson({ person, onDone }: RenamePersonProps) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [name, setName] = useState(person.name);
  const rename = useMutation({
    mutationFn: () => changePerson(person.id, { name: name.trim() }),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: peopleQuery.queryKey });
      void cache.invalidateQueries({ queryKey: meQuery.queryKey });
      onDone();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        rename.mutate();
      }}
    >
      <Group gap="xs" align="flex-end">
        <TextInput
          label={t("Name")}
          description={t("They sign in by it.")}
          maxLength={64}
          value={name}
          error={rename.error && told(sentenceOf(rename.error))}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" loading={rename.isPending} disabled={!name.trim()}>
          {t("Rename")}
        </Button>
      </Group>
    </form>
  );
}
