import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { moment } from "@/lib/figures";
import { told } from "@/lib/words";
import { Coded } from "@/ui/Coded";
import { StatusLine, moodOf } from "@/ui/Status";

type ConnectionStatusProps = {
  /** As the server says it; none: it was never checked. */
  standing: { state: string; message: string; at?: number | undefined } | null;
  /** Whether it is being checked, and for how long already, in words. */
  busy?: ReactNode;
};

/** How a connection stands: the server's own sentence, with a colour, an icon and its age. */
export function ConnectionStatus({ standing, busy }: ConnectionStatusProps) {
  const { t, i18n } = useTranslation();
  if (busy) return <StatusLine mood="busy">{busy}</StatusLine>;
  if (!standing) return <StatusLine mood="idle">{t("Not checked yet.")}</StatusLine>;
  return (
    <StatusLine mood={moodOf(standing.state)}>
      <Coded>{told(standing.message)}</Coded>
      {standing.at !== undefined && (
        <Text component="span" size="xs" c="var(--tap-idle)">
          {" "}
          · {moment(standing.at, i18n.language)}
        </Text>
      )}
    </StatusLine>
  );
}
