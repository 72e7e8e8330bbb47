import { Button, Group, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { houseQuery } from "@/api/house";
import { meQuery, signOut } from "@/api/session";
import { Card } from "@/features/settings/Card";
import { OwnPassword } from "@/features/settings/OwnPassword";
import { Sessions } from "@/features/settings/Sessions";
import { Tokens } from "@/features/settings/Tokens";
import { showTrouble } from "@/ui/toasts";

type AccountProps = {
  /** Is told when one is signed out. */
  onSignedOut: () => void;
};

/** Who one is, where one is signed in, and what programs may act for one. */
export function Account({ onSignedOut }: AccountProps) {
  const { t } = useTranslation();
  const me = useQuery(meQuery).data;
  const house = useQuery(houseQuery).data;
  const leave = useMutation({ mutationFn: signOut, onSuccess: onSignedOut, onError: showTrouble });
  return (
    <>
      <Card title={t("You")}>
        {house?.alone ? (
          <Text size="sm">
            {t("This Tapster belongs to you alone: nobody is asked for a password on this machine. The first account you add under People changes that.")}
          </Text>
        ) : (
          <Group justify="space-between">
            <Text>
              <b>{me?.name}</b> ({me?.role === "admin" ? t("admin") : t("member")})
            </Text>
            <Button variant="light" color="gray" loading={leave.isPending} onClick={() => leave.mutate()}>
              {t("Sign out")}
            </Button>
          </Group>
        )}
      </Card>
      {house && !house.alone && (
        <>
          <OwnPassword name={me?.name ?? ""} />
          <Sessions />
        </>
      )}
      <Tokens />
    </>
  );
}
