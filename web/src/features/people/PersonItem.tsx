import { Badge, Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Person, type PersonChanges, changePerson, peopleQuery } from "@/api/people";
import { sentenceOf } from "@/api/problems";
import classes from "@/features/people/People.module.css";
import { RemovePerson } from "@/features/people/RemovePerson";
import { RenamePerson } from "@/features/people/RenamePerson";
import { PasswordFor } from "@/features/people/PasswordFor";
import { moment } from "@/lib/figures";
import { Trouble } from "@/ui/Trouble";

type PersonItemProps = { person: Person; isMe: boolean };
type Opened = "name" | "password" | "remove" | null;

/** Somebody with an account, and what an admin can do about it. */
export function PersonItem({ person, isMe }: PersonItemProps) {
  const { t, i18n } = useTranslation();
  const cache = useQueryClient();
  const [opened, setOpened] = useState<Opened>(null);
  const change = useMutation({
    mutationFn: (changes: PersonChanges) => changePerson(person.id, changes),
    onSettled: () => cache.invalidateQueries({ queryKey: peopleQuery.queryKey }),
  });
  const isDisabled = person.disabled_at !== null;
  const toggle = (what: Opened) => setOpened(opened === what ? null : what);
  const close = () => setOpened(null);
  const action = { size: "xs", variant: "subtle", color: "gray" } as const;
  return (
    <li className={classes.item}>
      <Stack gap="xs">
        <Group gap="xs">
          <Text fw={500}>{person.name}</Text>
          {isMe && <Badge variant="light">{t("you")}</Badge>}
          <Badge variant="light" color="gray">
            {person.role === "admin" ? t("admin") : t("member")}
          </Badge>
          {isDisabled && (
            <Badge variant="outline" color="red">
              {t("disabled")}
            </Badge>
          )}
          {!person.has_password && (
            <Badge variant="outline" color="gray">
              {t("no password")}
            </Badge>
          )}
          {person.created_at > 0 && (
            <Text size="xs" c="dimmed">
              {t("since {{when}}", { when: moment(person.created_at, i18n.language) })}
            </Text>
          )}
        </Group>
        <Group gap={4} className={classes.actions}>
          <Button {...action} aria-expanded={opened === "name"} onClick={() => toggle("name")}>
            {t("Rename")}
          </Button>
          <Button {...action} aria-expanded={opened === "password"} onClick={() => toggle("password")}>
            {t("Another password")}
          </Button>
          <Button
            {...action}
            loading={change.isPending}
            onClick={() => change.mutate({ role: person.role === "admin" ? "member" : "admin" })}
          >
            {person.role === "admin" ? t("Make a member") : t("Make an admin")}
          </Button>
          {!isMe && (
            <>
              <Button
                {...action}
                loading={change.isPending}
                onClick={() => change.mutate({ disabled: !isDisabled })}
              >
                {isDisabled ? t("Enable") : t("Disable")}
              </Button>
              <Button
                {...action}
                color="red"
                aria-expanded={opened === "remove"}
                onClick={() => toggle("remove")}
              >
                {t("Remove …")}
              </Button>
            </>
          )}
        </Group>
        {change.error && <Trouble message={sentenceOf(change.error)} />}
        {opened === "name" && <RenamePerson person={person} onDone={close} />}
        {opened === "password" && <PasswordFor person={person} onDone={close} />}
        {opened === "remove" && <RemovePerson person={person} onDone={close} />}
      </Stack>
    </li>
  );
}
