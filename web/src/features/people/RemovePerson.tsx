import { Alert, Button, Checkbox, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Person, peopleQuery, removePerson } from "@/api/people";
import { sentenceOf } from "@/api/problems";
import { Trouble } from "@/ui/Trouble";

type RemovePersonProps = { person: Person; onDone: () => void };

/** Removing somebody for good, and whether their chats go along. */
export function RemovePerson({ person, onDone }: RemovePersonProps) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [withChats, setWithChats] = useState(false);
  const remove = useMutation({
    mutationFn: () => removePerson(person.id, withChats),
    onSuccess: onDone,
    onSettled: () => cache.invalidateQueries({ queryKey: peopleQuery.queryKey }),
  });
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertTriangle aria-hidden />}
      role="group"
      title={t("Remove {{name}} for good?", { name: person.name })}
    >
      <Stack gap="sm">
        <Text size="sm">
          {t("This cannot be undone. Disabling keeps everything and only shuts them out.")}
        </Text>
        <Checkbox
          label={t("Their chats go along")}
          description={t("Without this, somebody who has chats is not removed.")}
          checked={withChats}
          onChange={(event) => setWithChats(event.currentTarget.checked)}
        />
        {remove.error && <Trouble message={sentenceOf(remove.error)} />}
        <Group gap="xs">
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
            {withChats ? t("Remove with all chats") : t("Remove")}
          </Button>
          <Button variant="subtle" color="gray" onClick={onDone}>
            {t("Cancel")}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
