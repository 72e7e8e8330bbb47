import { useTranslation } from "react-i18next";
import { Elapsed } from "@/features/chat/message/Elapsed";
import classes from "@/features/chat/message/Message.module.css";
import type { LiveReply } from "@/features/chat/message/types";

/** What is waited for, in the place of the answer. */
export function Waiting({ live }: { live: LiveReply }) {
  const { t } = useTranslation();
  const words = {
    connecting: t("Connecting…"),
    waiting: t("Waiting for the first words…"),
    thinking: t("Thinking…"),
    writing: t("Writing…"),
  };
  return (
    <p className={classes.waiting}>
      <span className={classes.pulse} aria-hidden />
      {words[live.phase]} <Elapsed from={live.startedAt} />
    </p>
  );
}
