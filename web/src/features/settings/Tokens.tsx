import { Badge, Button, Group, Skeleton, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sentenceOf } from "@/api/problems";
import { type Token, type TokenMade, revokeToken, tokensQuery } from "@/api/tokens";
import { Card } from "@/features/settings/Card";
import { NewTokenForm } from "@/features/settings/NewTokenForm";
import classes from "@/features/settings/Settings.module.css";
import { titleOf } from "@/features/settings/scopes";
import { TokenSecret } from "@/features/settings/TokenSecret";
import { moment } from "@/lib/figures";
import { showTrouble } from "@/ui/toasts";
import { Trouble } from "@/ui/Trouble";

/** Access tokens: what programs show to use Tapster. */
export function Tokens() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(tokensQuery);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<TokenMade | null>(null);
  return (
    <Card
      title={t("Access tokens")}
      about={t("A program that shows one may use your connections at {{address}}, as it would use OpenAI's.", {
        address: `${window.location.origin}/v1`,
      })}
    >
      {made && <TokenSecret made={made} onDone={() => setMade(null)} />}
      {making ? (
        <NewTokenForm
          onMade={(token) => {
            setMade(token);
            setMaking(false);
          }}
          onCancel={() => setMaking(false)}
        />
      ) : (
        <Group>
          <Button variant="light" onClick={() => setMaking(true)}>
            {t("Make a token")}
          </Button>
        </Group>
      )}
      {error && !data && <Trouble message={sentenceOf(error)} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton h={56} />}
      {data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("No tokens yet.")}
        </Text>
      )}
      <ul className={classes.list}>
        {data?.map((token) => <TokenItem key={token.id} token={token} />)}
      </ul>
    </Card>
  );
}

function TokenItem({ token }: { token: Token }) {
  const { t, i18n } = useTranslation();
  const cache = useQueryClient();
  const [asking, setAsking] = useState(false);
  const revoke = useMutation({
    mutationFn: () => revokeToken(token.id),
    onError: showTrouble,
    onSettled: () => cache.invalidateQueries({ queryKey: tokensQuery.queryKey }),
  });
  const when = (at: number) => moment(at, i18n.language);
  return (
    <li className={classes.item}>
      <div className={classes.words}>
        <Group gap="xs">
          <Text size="sm" fw={500}>
            {token.name}
          </Text>
          <Text size="sm" c="dimmed" ff="monospace">
            …{token.last4}
          </Text>
          {token.scopes.map((scope) => (
            <Badge key={scope} variant="light" color="gray" tt="none">
              {t(titleOf(scope))}
            </Badge>
          ))}
        </Group>
        <Text size="xs" c="dimmed">
          {[
            t("made {{when}}", { when: when(token.created_at) }),
            token.last_used_at ? t("last used {{when}}", { when: when(token.last_used_at) }) : t("never used"),
            ...(token.expires_at ? [t("ends {{when}}", { when: when(token.expires_at) })] : []),
          ].join(" · ")}
        </Text>
      </div>
      {asking ? (
        <Group gap="xs">
          <Text size="sm">{t("Whatever uses it stops working.")}</Text>
          <Button size="xs" color="red" loading={revoke.isPending} onClick={() => revoke.mutate()}>
            {t("Revoke")}
          </Button>
          <Button size="xs" variant="subtle" color="gray" onClick={() => setAsking(false)}>
            {t("Cancel")}
          </Button>
        </Group>
      ) : (
        <Button size="xs" variant="subtle" color="red" onClick={() => setAsking(true)}>
          {t("Revoke …")}
        </Button>
      )}
    </li>
  );
}
