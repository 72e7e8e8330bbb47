import { Anchor, Button, Stack, Text } from "@mantine/core";
import { IconExternalLink, IconUserCheck } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { type Connection, beginGrant, grantQuery } from "@/api/connections";
import { sentenceOf } from "@/api/problems";
import { runCheck } from "@/features/connections/checking";
import type { ConnectionForm } from "@/features/connections/useConnectionForm";
import { told } from "@/lib/words";
import { StatusLine } from "@/ui/Status";

type GrantButtonProps = { form: ConnectionForm; connection: Connection | null };

/** Has the provider make a key in the browser, so that none is copied. */
export function GrantButton({ form, connection }: GrantButtonProps) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const begin = useMutation({
    mutationFn: async () => {
      const kept = form.unsaved.length || !connection ? await form.save() : connection;
      return kept && beginGrant(kept.id);
    },
    onSuccess: (grant) => grant && window.open(grant.page, "_blank", "noopener,noreferrer"),
  });
  const id = begin.data?.id ?? null;
  const { data: grant } = useQuery({ ...grantQuery(id ?? ""), enabled: id !== null });
  const granted = grant?.state === "granted";
  const of = connection?.id;
  useEffect(() => {
    if (granted && of) void runCheck(cache, of);
  }, [granted, of, cache]);
  return (
    <Stack gap={8}>
      <Button
        variant="default"
        leftSection={<IconUserCheck size={16} />}
        loading={begin.isPending}
        onClick={() => begin.mutate()}
      >
        {t("Authorize in the browser")}
      </Button>
      {begin.error && <StatusLine mood="bad">{told(sentenceOf(begin.error))}</StatusLine>}
      {begin.data && grant?.state !== "granted" && grant?.state !== "failed" && (
        <StatusLine mood="busy">
          {t("Waiting for you to agree at the provider’s page.")}{" "}
          <Anchor href={begin.data.page} target="_blank" rel="noreferrer" size="sm">
            {t("Open it again")} <IconExternalLink size={12} aria-hidden />
          </Anchor>
        </StatusLine>
      )}
      {grant && grant.state !== "waiting" && (
        <StatusLine mood={granted ? "ready" : "bad"}>
          <Text size="sm">{told(grant.message)}</Text>
        </StatusLine>
      )}
    </Stack>
  );
}
