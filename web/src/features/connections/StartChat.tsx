import { Button } from "@mantine/core";
import { IconMessagePlus } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Connection } from "@/api/connections";
import { useUseForNewChats } from "@/features/connections/first";

/** What one connects for: begins a chat over this connection. */
export function StartChat({ connection }: { connection: Connection }) {
  const { t } = useTranslation();
  const use = useUseForNewChats();
  return (
    <Button
      variant="subtle"
      size="compact-sm"
      leftSection={<IconMessagePlus size={16} aria-hidden />}
      renderRoot={(link) => <Link {...link} to="/" />}
      onClick={() => use(connection)}
    >
      {t("Start a chat")}
    </Button>
  );
}
