import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Confirm } from "@/features/connections/Confirm";
import type { ConnectionForm } from "@/features/connections/useConnectionForm";

/** Asks whether what is sent may pass a proxy. It stands outside every fold, so that it is seen. */
export function ProxyConsent({ form }: { form: ConnectionForm }) {
  const { t } = useTranslation();
  const { asking } = form;
  return (
    <Confirm
      opened={asking !== null}
      title={t("Connect through this proxy?")}
      message={
        <Stack gap={8}>
          <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
            {asking?.url}
          </Text>
          <Text size="sm">
            {t("Whoever runs it can read all that you send and get. You are asked once for each address.")}
          </Text>
        </Stack>
      }
      action={t("Yes, use it")}
      colour="amber"
      onConfirm={() => asking?.answer(true)}
      onClose={() => asking?.answer(false)}
    />
  );
}
