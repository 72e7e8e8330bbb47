import { Button, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { peopleQuery } from "@/api/people";
import { sentenceOf } from "@/api/problems";
import { meQuery } from "@/api/session";
import { NewPersonForm } from "@/features/people/NewPersonForm";
import classes from "@/features/people/People.module.css";
import { PersonItem } from "@/features/people/PersonItem";
import { Trouble } from "@/ui/Trouble";

/** Everyone who has an account, for admins. */
export function PeopleList() {
  const { t } = useTranslation();
  const me = useQuery(meQuery).data;
  const { data, error, refetch } = useQuery(peopleQuery);
  const [adding, setAdding] = useState(false);
  const isFirst = data?.every((person) => !person.has_password) ?? false;
  return (
    <Stack gap="sm">
      <div>
        <Title order={2} size="h4">
          {t("People")}
        </Title>
        <Text size="sm" c="dimmed">
          {t("Chats and access tokens belong to one person, and nobody else sees them, admins included. Connections and keys belong to the house.")}
        </Text>
      </div>
      {adding ? (
        <NewPersonForm isFirst={isFirst} onDone={() => setAdding(false)} />
      ) : (
        <Group>
          <Button variant="light" onClick={() => setAdding(true)}>
            {t("Add somebody")}
          </Button>
        </Group>
      )}
      {error && !data && <Trouble message={sentenceOf(error)} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton h={80} />}
      <ul className={classes.list}>
        {data?.map((person) => (
          <PersonItem key={person.id} person={person} isMe={person.id === me?.id} />
        ))}
      </ul>
    </Stack>
  );
}
