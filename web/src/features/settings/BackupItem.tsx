import { Alert, Badge, Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Backup, backupsQuery, removeBackup, restoreBackup, verifyBackup } from "@/api/backups";
import { sentenceOf } from "@/api/problems";
import classes from "@/features/settings/Settings.module.css";
import { fullMoment } from "@/features/settings/figures";
import { fileSize } from "@/lib/sizes";
import { told } from "@/lib/words";
import { StatusLine } from "@/ui/Status";
import { Trouble } from "@/ui/Trouble";

const KINDS: Record<string, string> = {
  manual: "made by hand",
  automatic: "made by itself",
  "before-restore": "made before a restore",
  "before-update": "made before an update",
};

/** One backup, and what can be done with it. */
export function BackupItem({ backup }: { backup: Backup }) {
  const { t, i18n } = useTranslation();
  const cache = useQueryClient();
  const [asked, setAsked] = useState<"restore" | "remove" | null>(null);
  const { name, size, contents, damage } = backup;
  const verify = useMutation({ mutationFn: () => verifyBackup(name) });
  const remove = useMutation({
    mutationFn: () => removeBackup(name),
    onSettled: () => cache.invalidateQueries({ queryKey: backupsQuery.queryKey }),
  });
  const restore = useMutation({
    mutationFn: (how: "replace" | "copies") => restoreBackup(name, how),
    onSuccess: () => setAsked(null),
    // Everything may be another by now.
    onSettled: () => cache.invalidateQueries(),
  });
  const facts = [
    ...(contents ? [t(KINDS[contents.kind] ?? contents.kind)] : []),
    ...(contents?.counts.chats === undefined ? [] : [t("{{count}} chats", { count: contents.counts.chats })]),
    fileSize(size, i18n.language),
  ];
  const ask = (what: "restore" | "remove") => {
    restore.reset();
    verify.reset();
    setAsked(asked === what ? null : what);
  };
  const bad = damage ?? verify.data?.damage;
  return (
    <li className={classes.item}>
      <div className={classes.words}>
        <Group gap="xs">
          <Text fw={500}>{contents ? fullMoment(contents.made_at, i18n.language) : name}</Text>
          {contents?.note && (
            <Badge variant="light" color="gray" tt="none">
              {contents.kind === "manual" ? contents.note : told(contents.note)}
            </Badge>
          )}
        </Group>
        <Text size="xs" c="dimmed">
          {facts.join(" · ")}
        </Text>
      </div>
      <Group gap="xs">
        <Button size="xs" variant="light" color="gray" loading={verify.isPending} onClick={() => verify.mutate()}>
          {t("Verify")}
        </Button>
        <Button size="xs" variant="light" aria-expanded={asked === "restore"} onClick={() => ask("restore")}>
          {t("Restore …")}
        </Button>
        <Button
          size="xs"
          variant="subtle"
          color="red"
          aria-expanded={asked === "remove"}
          onClick={() => ask("remove")}
        >
          {t("Delete …")}
        </Button>
      </Group>
      <Stack w="100%" gap="xs">
        {bad && <StatusLine mood="bad">{told(bad)}</StatusLine>}
        {verify.data && !bad && <StatusLine mood="ready">{t("It is whole: everything in it was read and checked.")}</StatusLine>}
        {restore.data && (
          <StatusLine mood="ready">
            {restore.data.how === "copies"
              ? t("{{count}} chats came back as copies; all others were as they are in the backup.", {
                  count: restore.data.chats?.length ?? 0,
                })
              : t("The backup is in place. What was there before is kept in “{{before}}”.", {
                  before: restore.data.before ?? "",
                })}
          </StatusLine>
        )}
        {[verify.error, remove.error, restore.error].map(
          (error) => error && <Trouble key={error.message} message={sentenceOf(error)} />,
        )}
        {asked === "restore" && (
          <Alert color="gray" title={t("How shall it come back?")}>
            <Stack gap="sm">
              <Text size="sm">
                {t("As copies: nothing that is there changes. Chats that are gone or have changed since come back beside it.")}
              </Text>
              <Text size="sm">
                {t("In its place: everything becomes as it was. What is there now is made a backup first, so nothing is lost. Keys, passwords and access tokens stay as they are.")}
              </Text>
              <Group gap="xs">
                <Button size="xs" loading={restore.isPending} onClick={() => restore.mutate("copies")}>
                  {t("Bring back as copies")}
                </Button>
                <Button
                  size="xs"
                  variant="light"
                  color="red"
                  disabled={restore.isPending}
                  onClick={() => restore.mutate("replace")}
                >
                  {t("Put in its place")}
                </Button>
                <Button size="xs" variant="subtle" color="gray" onClick={() => setAsked(null)}>
                  {t("Cancel")}
                </Button>
              </Group>
            </Stack>
          </Alert>
        )}
        {asked === "remove" && (
          <Group gap="xs">
            <Text size="sm">{t("A deleted backup cannot be brought back.")}</Text>
            <Button size="xs" color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
              {t("Delete this backup")}
            </Button>
            <Button size="xs" variant="subtle" color="gray" onClick={() => setAsked(null)}>
              {t("Cancel")}
            </Button>
          </Group>
        )}
      </Stack>
    </li>
  );
}
