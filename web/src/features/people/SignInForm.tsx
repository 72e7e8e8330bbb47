import { Button, Group, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconBeer } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ProblemError, sentenceOf } from "@/api/problems";
import { type Me, meQuery, signIn } from "@/api/session";
import classes from "@/features/people/People.module.css";
import { duration } from "@/lib/figures";
import { Trouble } from "@/ui/Trouble";

/** Name and password at the door. */
export function SignInForm({ onSignedIn }: { onSignedIn: (me: Me) => void }) {
  const { t, i18n } = useTranslation();
  const cache = useQueryClient();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const enter = useMutation({
    mutationFn: () => signIn(name.trim(), password),
    onSuccess: (me) => {
      // What somebody else saw here before is nobody's business.
      cache.clear();
      cache.setQueryData(meQuery.queryKey, me);
      onSignedIn(me);
    },
  });
  const wait = useWait(enter.error, enter.submittedAt);
  return (
    <main className={classes.door}>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          enter.mutate();
        }}
      >
        <Stack gap="md">
          <Group gap="xs" justify="center">
            <IconBeer size={28} aria-hidden color="var(--mantine-primary-color-filled)" />
            <Title order={1} size="h2">
              Tapster
            </Title>
          </Group>
          <TextInput
            size="md"
            label={t("Name")}
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            required
            withAsterisk={false}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <PasswordInput
            size="md"
            label={t("Password")}
            name="password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {enter.error && <Trouble message={sentenceOf(enter.error)} />}
          <Button type="submit" size="md" loading={enter.isPending} disabled={wait > 0}>
            {t("Sign in")}
          </Button>
          <Text size="sm" c="dimmed" ta="center" role="status">
            {wait > 0 && t("You can try again in {{wait}}.", { wait: duration(wait, i18n.language) })}
          </Text>
        </Stack>
      </form>
    </main>
  );
}

/** Return how many seconds are left until the server hears another try. */
function useWait(error: Error | null, since: number): number {
  const after = error instanceof ProblemError ? (error.retryAfter ?? 0) : 0;
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const until = Date.now() + after * 1000;
    const tick = () => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000)));
    tick();
    if (!after) return;
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [after, since]);
  return left;
}
