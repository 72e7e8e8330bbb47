import { Group, Text } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconClockHour4,
  IconPlugConnectedX,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

export type Mood = "ready" | "warn" | "bad" | "idle" | "busy";

const ICONS = {
  ready: IconCircleCheck,
  warn: IconAlertTriangle,
  bad: IconPlugConnectedX,
  idle: IconCircleDashed,
  busy: IconClockHour4,
} as const;

const COLOURS: Record<Mood, string> = {
  ready: "var(--tap-ready)",
  warn: "var(--tap-warn)",
  bad: "var(--tap-bad)",
  idle: "var(--tap-idle)",
  busy: "var(--tap-idle)",
};

/** What each mood is called where there is no room for the sentence. */
const WORDS: Record<Mood, string> = {
  ready: "ready",
  warn: "usable, with a warning",
  bad: "not usable",
  idle: "not checked yet",
  busy: "being checked",
};

const MOODS: Record<string, Mood> = {
  ready: "ready",
  bypassed: "warn",
  unverified: "warn",
  key_not_active_yet: "warn",
  rate_limited: "warn",
};

/** Return the mood of a connection's state; one we do not know is bad. */
export const moodOf = (state: string | null | undefined): Mood =>
  state ? (MOODS[state] ?? "bad") : "idle";

/** How something stands, as an icon with a name: never a colour alone. */
export function StatusDot({ mood, title }: { mood: Mood; title?: string | undefined }) {
  const { t } = useTranslation();
  const Icon = ICONS[mood];
  return <Icon size="1em" color={COLOURS[mood]} role="img" aria-label={title ?? t(WORDS[mood])} />;
}

/** How something stands, as a sentence with a colour and an icon. */
export function StatusLine({ mood, children }: { mood: Mood; children: ReactNode }) {
  const Icon = ICONS[mood];
  return (
    <Group gap={8} wrap="nowrap" align="flex-start" role="status" c={COLOURS[mood]}>
      <Icon size="1.2em" aria-hidden style={{ flex: "none", marginTop: "0.15em" }} />
      <Text size="sm" component="div" style={{ overflowWrap: "anywhere" }}>
        {children}
      </Text>
    </Group>
  );
}
