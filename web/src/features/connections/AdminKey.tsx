import { Button, Group, PasswordInput, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { keysQuery, ownerOfAdmin, setAdminKey } from "@/api/keys";
import { sentenceOf } from "@/api/problems";
import { KeyRow } from "@/features/connections/KeyRow";
import { told } from "@/lib/words";

type AdminKeyProps = { connection: string; onKept: () => void };

/** The key a server lets its models be changed by, apart from that for messages. */
export function AdminKey({ connection, onKept }: AdminKeyProps) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [typed, setTyped] = useState("");
  const { data: keys } = useQuery(keysQuery);
  const kept = keys?.map(({ key }) => key).find(({ owner }) => owner === ownerOfAdmin(connection));
  const keep = useMutation({
    mutationFn: () => setAdminKey(connection, typed.trim()),
    onSuccess: () => {
      setTyped("");
      onKept();
      return cache.invalidateQueries({ queryKey: keysQuery.queryKey });
    },
  });
  const shown = kept && (
    <div>
      <Text size="sm" fw={500} mb={4}>
        {t("Admin key")}
      </Text>
      <KeyRow known={kept} others={false} first={false} />
    </div>
  );
  if (kept?.state === "active") return shown;
  return (
    <>
      {/* Of one that is not sent any more is told why, beside the field for it. */}
      {shown}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          keep.mutate();
        }}
      >
        <Group gap={8} align="flex-end">
          <PasswordInput
            flex={1}
            miw={200}
            label={t("Admin key")}
            description={t("Needed where the server has one: it is sent for its models alone, never with messages.")}
            autoComplete="new-password"
            data-1p-ignore
            value={typed}
            error={keep.error && told(sentenceOf(keep.error))}
            visibilityToggleButtonProps={{ "aria-label": t("Show what is typed"), tabIndex: 0 }}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" mih={40} loading={keep.isPending} disabled={!typed.trim()}>
            {t("Keep the admin key")}
          </Button>
        </Group>
      </form>
    </>
  );
}
