import { IconBulb } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Message } from "@/api/messages";
import { Elapsed } from "@/features/chat/message/Elapsed";
import { Aside } from "@/features/chat/message/Aside";
import { between } from "@/features/chat/message/figuring";
import { thinkingOf } from "@/features/chat/message/pieces";
import type { LiveReply } from "@/features/chat/message/types";
import { duration, shortCount } from "@/lib/figures";
import { Markdown } from "@/ui/markdown/Markdown";

type ThoughtsProps = { message: Message; live: LiveReply | null };

/** What the model thought before it answered: folded, with the time it took. */
export function Thoughts({ message, live }: ThoughtsProps) {
  const { t, i18n } = useTranslation();
  const { text, sealed } = thinkingOf(message, live);
  const key = message.run_id ?? message.id;
  const thinks = live?.phase === "thinking";
  const seconds = live?.firstTokenAt
    ? (live.firstTokenAt - live.startedAt) / 1000
    : between(message.reply?.began_at, message.reply?.first_text_at);
  const tokens = message.reply?.usage?.reasoning ?? 0;
  if (text === "" && !sealed) return null;

  const time =
    seconds !== null
      ? t("Thought for {{time}}", { time: duration(seconds, i18n.language) })
      : tokens > 0
        ? t("Thought for {{tokens}} tokens", { tokens: shortCount(tokens, i18n.language) })
        : t("Thought first");
  return (
    <Aside
      name={`thoughts ${key}`}
      icon={<IconBulb size={15} aria-hidden />}
      title={
        thinks ? (
          <>
            {t("Thinking…")} <Elapsed from={live.startedAt} />
          </>
        ) : (
          time
        )
      }
    >
      {sealed ? (
        <p>{t("The provider keeps these thoughts to itself.")}</p>
      ) : (
        <Markdown text={text} streaming={thinks} quotes={false} />
      )}
    </Aside>
  );
}
