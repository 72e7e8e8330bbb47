import { Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Part } from "@/api/previews";
import classes from "@/features/response/Response.module.css";
import { sharesOf } from "@/features/response/sent";
import { told } from "@/lib/words";

const COLOURS = [
  "light-dark(#8f5a00, #efbb5e)",
  "light-dark(#2b5f8a, #7db8e8)",
  "light-dark(#2b7a3f, #69c97f)",
  "light-dark(#7a3f8a, #d29be0)",
  "light-dark(#8a2f3f, #f09aa6)",
  "light-dark(#5f5f5f, #b0b0b0)",
];

/** What a prompt is made of: a bar of its shares, and the same as a list with their tokens. */
export function SharesBar({ parts }: { parts: readonly Part[] }) {
  const { t, i18n } = useTranslation();
  const shares = sharesOf(parts);
  const count = new Intl.NumberFormat(i18n.language);
  const colourOf = (at: number) => COLOURS[at % COLOURS.length];
  return (
    <Stack gap={4}>
      <div className={classes.bar} aria-hidden>
        {shares.map((share, at) => (
          <div
            key={share.kind}
            className={classes.piece}
            style={{ flexGrow: share.tokens, background: colourOf(at) }}
          />
        ))}
      </div>
      <Stack gap={0} role="list" aria-label={t("What the prompt is made of")}>
        {shares.map((share, at) => (
          <Group key={share.kind} gap="xs" wrap="nowrap" role="listitem">
            <span className={classes.swatch} style={{ background: colourOf(at) }} aria-hidden />
            <Text size="sm" flex={1}>
              {told(share.title)}
              {share.count > 1 && ` × ${count.format(share.count)}`}
            </Text>
            <Text size="sm" c="dimmed">
              {t("{{count}} tokens", { count: share.tokens })}
            </Text>
          </Group>
        ))}
      </Stack>
    </Stack>
  );
}
