import { IconEyeOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Message } from "@/api/messages";
import classes from "@/features/chat/message/Message.module.css";
import type { MessageActions } from "@/features/chat/message/types";
import { moment } from "@/lib/figures";

type BylineProps = {
  message: Message;
  author: string;
  actions: MessageActions;
};

/** Who says it and when; whether it is hidden, and whether it said something else before. */
export function Byline({ message, author, actions }: BylineProps) {
  const { t, i18n } = useTranslation();
  const { created_at: at = 0, editions = 0 } = message;
  const edited = t("edited, {{count}} earlier versions", { count: editions });
  return (
    <header className={classes.byline}>
      <span className={classes.author}>{author}</span>
      {at > 0 && (
        <time dateTime={new Date(at * 1000).toISOString()} title={new Date(at * 1000).toLocaleString(i18n.language)}>
          {moment(at, i18n.language)}
        </time>
      )}
      {editions > 0 &&
        (actions.editions ? (
          <button type="button" className={classes.editions} onClick={actions.editions}>
            {edited}
          </button>
        ) : (
          <span>{edited}</span>
        ))}
      {message.hidden && (
        <span className={classes.hiddenLabel}>
          <IconEyeOff size={14} aria-hidden /> {t("hidden from the model")}
        </span>
      )}
    </header>
  );
}
