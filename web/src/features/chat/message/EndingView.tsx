import { Button, Code, Collapse, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAlertTriangle, IconPlayerTrackNext, IconPlugConnected, IconRefresh } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Message } from "@/api/messages";
import { type WayOut, detailsOf, endingOf } from "@/features/chat/message/ending";
import classes from "@/features/chat/message/Message.module.css";
import type { MessageActions } from "@/features/chat/message/types";
import { duration } from "@/lib/figures";
import { told } from "@/lib/words";

type EndingViewProps = { message: Message; actions: MessageActions };

/** How an answer ended that did not simply end, with the ways out. */
export function EndingView({ message, actions }: EndingViewProps) {
  const { t, i18n } = useTranslation();
  const [open, { toggle }] = useDisclosure(false);
  const ending = endingOf(message);
  if (!ending) return null;
  const trouble = ending.tone === "trouble";
  const details = trouble && message.reply ? detailsOf(message.reply) : null;
  const ways: Record<WayOut, { act: (() => void) | undefined; word: string; icon: typeof IconRefresh }> = {
    retry: { act: actions.retry ?? actions.regenerate, word: t("Retry"), icon: IconRefresh },
    continue: { act: actions.continue, word: t("Continue"), icon: IconPlayerTrackNext },
    useOtherConnection: {
      act: actions.useOtherConnection,
      word: t("Use another connection"),
      icon: IconPlugConnected,
    },
  };
  const words = ending.words && ending.words !== ending.sentence ? ending.words : null;
  return (
    <div className={trouble ? classes.trouble : classes.note}>
      <div className={classes.troubleWords}>
        {trouble && <IconAlertTriangle size={18} aria-hidden className={classes.troubleIcon} />}
        <div>
          <Text size="sm" fw={trouble ? 600 : undefined}>
            {t(ending.sentence)}
            {ending.after !== null &&
              ` ${t("It asks for {{time}}.", { time: duration(ending.after, i18n.language) })}`}
          </Text>
          {words && (
            <Text size="sm" className={classes.providerWords}>
              {told(words)}
            </Text>
          )}
        </div>
      </div>
      <Group gap={8}>
        {ending.ways.map((way) => {
          const { act, word, icon: Icon } = ways[way];
          if (!act) return null;
          return (
            <Button
              key={way}
              size="compact-sm"
              variant={trouble ? "default" : "subtle"}
              className={classes.way}
              leftSection={<Icon size={14} aria-hidden />}
              onClick={act}
            >
              {word}
            </Button>
          );
        })}
        {details && (
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            className={classes.way}
            aria-expanded={open}
            onClick={toggle}
          >
            {t("Details")}
          </Button>
        )}
      </Group>
      {details && (
        <Collapse expanded={open}>
          <Code block className={classes.details}>
            {details}
          </Code>
        </Collapse>
      )}
    </div>
  );
}
