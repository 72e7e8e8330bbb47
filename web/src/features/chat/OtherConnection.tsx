import { Button, Modal, NavLink, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useAbilities } from "@/api/asked";
import { connectionsQuery, standingOf } from "@/api/connections";
import { told } from "@/lib/words";
import { StandingDot } from "@/ui/PageModel";

type OtherConnectionProps = {
  opened: boolean;
  onChoose: (connectionId: string) => void;
  onClose: () => void;
};

/** Asks who shall answer this once. */
export function OtherConnection({ opened, onChoose, onClose }: OtherConnectionProps) {
  const { t } = useTranslation();
  const connections = useQuery(connectionsQuery).data ?? [];
  const abilityOf = useAbilities();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("Who shall answer this once?")}
      closeButtonProps={{ "aria-label": t("Close") }}
    >
      <Stack gap={4}>
        {connections.map((each) => {
          const standing = standingOf(each);
          return (
            <NavLink
              key={each.id}
              component="button"
              label={each.name}
              description={standing ? told(standing.message) : undefined}
              leftSection={<StandingDot ability={abilityOf(each)} standing={standing} />}
              onClick={() => {
                onChoose(each.id);
                onClose();
              }}
            />
          );
        })}
        <Text size="sm" c="dimmed" mt="xs">
          {t("The chat itself stays with its own connection.")}
        </Text>
        <Button variant="subtle" renderRoot={(props) => <Link {...props} to="/connections" />}>
          {t("API Connections")}
        </Button>
      </Stack>
    </Modal>
  );
}
