import { useTranslation } from "react-i18next";
import type { Reply } from "@/api/messages";
import { REASONS } from "@/features/chat/message/ending";
import { figuresOf } from "@/features/chat/message/figuring";
import classes from "@/features/chat/message/Message.module.css";
import { dollars, duration } from "@/lib/figures";
import { told } from "@/lib/words";

/** All that is known of how an answer came to be. */
export function MetaTable({ reply }: { reply: Reply }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  const { usage, attempts = [] } = reply;
  const { seconds, first, pace, cost, estimated } = figuresOf(reply);
  const count = (value: number | null | undefined) =>
    value ? new Intl.NumberFormat(language).format(value) : null;
  const time = (value: number | null) => (value === null ? null : duration(value, language));
  const rows: [string, string | null | undefined][] = [
    [t("Model"), reply.model],
    [t("Answered as"), reply.answered_by !== reply.model ? reply.answered_by : null],
    [t("Connection"), reply.connection],
    [t("Tokens read"), count(usage?.input)],
    [t("… from the cache"), count(usage?.cache_read)],
    [t("… into the cache"), count(usage?.cache_write)],
    [t("Tokens written"), count(usage?.output)],
    [t("… of them thinking"), count(usage?.reasoning)],
    [t("First sign after"), time(first)],
    [t("Time in all"), time(seconds)],
    [t("Pace"), pace === null ? null : t("{{pace}} tokens/s", { pace: pace.toFixed(pace < 10 ? 1 : 0) })],
    [
      t("Cost"),
      cost === null
        ? null
        : estimated
          ? t("≈ {{cost}}, by the model's price", { cost: dollars(cost, language) })
          : dollars(cost, language),
    ],
    [t("Ended"), reply.raw_finish ?? reply.finish],
  ];
  return (
    <>
      <table className={classes.metaTable}>
        <tbody>
          {rows.map(
            ([word, value]) =>
              value && (
                <tr key={word}>
                  <th scope="row">{word}</th>
                  <td>{value}</td>
                </tr>
              ),
          )}
        </tbody>
      </table>
      {attempts.length > 0 && (
        <>
          <p className={classes.metaHead}>{t("Tries before this answer")}</p>
          <ol className={classes.attempts}>
            {attempts.map((each, at) => (
              <li key={at}>
                {t(REASONS[each.reason] ?? "The provider failed.")}
                <span className={classes.attempt}>
                  {[each.status && `HTTP ${each.status}`, each.key, each.address, told(each.message)].filter(Boolean).join(" · ")}
                </span>
              </li>
            ))}
          </ol>
        </>
      )}
    </>
  );
}
