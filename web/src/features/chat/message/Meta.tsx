import { Popover } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Reply } from "@/api/messages";
import { figuresOf } from "@/features/chat/message/figuring";
import { MetaTable } from "@/features/chat/message/MetaTable";
import classes from "@/features/chat/message/Message.module.css";
import type { AnsweringModel } from "@/features/chat/message/types";
import { dollars, duration } from "@/lib/figures";

type MetaProps = { reply: Reply; model: AnsweringModel | null };

/** Tokens, time, cost and model of an answer in a line; all of it on a click. */
export function Meta({ reply, model }: MetaProps) {
  const { t, i18n } = useTranslation();
  const { output, seconds, cost, estimated } = figuresOf(reply);
  const attempts = reply.attempts?.length ?? 0;
  const name = model?.title ?? reply.model ?? reply.answered_by;
  const said = [
    output !== null && t("{{shown}} tokens", {
        count: output,
        shown: new Intl.NumberFormat(i18n.language).format(output),
      }),
    seconds !== null && duration(seconds, i18n.language),
    cost !== null && `${estimated ? "≈ " : ""}${dollars(cost, i18n.language)}`,
    attempts > 0 && t("{{count}} tries before", { count: attempts }),
    name,
  ].filter((each) => typeof each === "string" && each !== "");
  if (said.length === 0) return null;
  return (
    <Popover position="top-start" shadow="md" width={340} withinPortal returnFocus transitionProps={{ duration: 80 }}>
      <Popover.Target>
        <button type="button" className={classes.meta} title={t("All about this answer")}>
          {said.join(" · ")}
        </button>
      </Popover.Target>
      <Popover.Dropdown className={classes.metaCard} aria-label={t("All about this answer")}>
        <MetaTable reply={reply} />
      </Popover.Dropdown>
    </Popover>
  );
}
