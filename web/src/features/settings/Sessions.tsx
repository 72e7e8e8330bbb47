import { Badge, Button, Group, Skeleton, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { endSession, sessionsQuery } from "@/api/people";
import { sentenceOf } from "@/api/problems";
import { Card } from "@/features/settings/Card";
import classes from "@/features/settings/Settings.module.css";
import { agentOf } from "@/features/settings/agents";
import { moment } from "@/lib/figures";
import { showTrouble } from "@/ui/toasts";
import { Trouble } from "@/ui/Trouble";

/** Where one is signed in, and signing out there. */
export function Sessions() {
  const { t, i18n } = useTranslation();
  const cache = useQueryClient();
  const { data, error, refetch } = useQuery(sessionsQuery);
  const end = useMutation({
    mutationFn: (ids: readonly string[]) => Promise.all(ids.map(endSession)),
    onError: showTrouble,
    onSettled: () => cache.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  });
  const others = data?.filter((session) => !session.is_this) ?? [];
  return (
    <Card title={t("Where you are signed in")}>
      {error && !data && <Trouble message={sentenceOf(error)} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton h={56} />}
      <ul className={classes.list}>
        {data?.map((session) => (
          <li key={session.id} className={classes.item}>
            <div className={classes.words}>
              <Group gap="xs">
                <Text size="sm" fw={500}>
                  {agentOf(session.agent) ?? t("An unknown program")}
                </Text>
                {session.is_this && <Badge variant="light">{t("here")}</Badge>}
              </Group>
              <Text size="xs" c="dimmed">
                {t("since {{begin}}, until {{end}} at the latest", {
                  begin: moment(session.created_at, i18n.language),
                  end: moment(session.ends_at, i18n.language),
                })}
              </Text>
            </div>
            {!session.is_this && (
              <Button
                size="xs"
                variant="light"
                color="gray"
                disabled={end.isPending}
                onClick={() => end.mutate([session.id])}
              >
                {t("Sign out there")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {others.length > 1 && (
        <Group>
          <Button
            variant="light"
            color="gray"
            loading={end.isPending}
            onClick={() => end.mutate(others.map((session) => session.id))}
          >
            {t("Sign out everywhere else")}
          </Button>
        </Group>
      )}
    </Card>
  );
}
