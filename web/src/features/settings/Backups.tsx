import { Button, Group, Skeleton, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { backupsQuery, makeBackup } from "@/api/backups";
import { sentenceOf } from "@/api/problems";
import { BackupItem } from "@/features/settings/BackupItem";
import { Card } from "@/features/settings/Card";
import classes from "@/features/settings/Settings.module.css";
import { Trouble } from "@/ui/Trouble";

/** The backups: made, checked, brought back, removed. */
export function Backups() {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [note, setNote] = useState("");
  const { data, error, refetch } = useQuery(backupsQuery);
  const make = useMutation({
    mutationFn: () => makeBackup(note.trim()),
    onSuccess: () => setNote(""),
    onSettled: () => cache.invalidateQueries({ queryKey: backupsQuery.queryKey }),
  });
  return (
    <Card
      title={t("Backups")}
      about={t(
        "A backup holds all chats, files, connections and who there is, as they are at one moment. Keys, passwords and access tokens are not in it.",
      )}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <Group gap="sm" align="flex-end">
          <TextInput
            flex={1}
            miw={200}
            label={t("Note")}
            placeholder={t("before the import")}
            maxLength={200}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <Button type="submit" loading={make.isPending}>
            {t("Make a backup")}
          </Button>
        </Group>
      </form>
      {make.error && <Trouble message={sentenceOf(make.error)} />}
      {error && !data && <Trouble message={sentenceOf(error)} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton h={80} />}
      {data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("No backups yet. Tapster makes one a day while it runs.")}
        </Text>
      )}
      <ul className={classes.list}>
        {data?.map((backup) => <BackupItem key={backup.name} backup={backup} />)}
      </ul>
    </Card>
  );
}
