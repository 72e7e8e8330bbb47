import { ActionIcon } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "@/features/chat/message/Message.module.css";
import { stepped } from "@/features/chat/message/stepping";

type SwipesProps = {
  /** Which of the alternatives is shown, counted from zero. */
  shown: number;
  count: number;
  /** Whether one step beyond the last has another one written. */
  canAdd: boolean;
  busy: boolean;
  onShow: (to: number | "new") => void;
};


/** Steps between the alternative replies to one turn. */
export function Swipes({ shown, count, canAdd, busy, onShow }: SwipesProps) {
  const { t } = useTranslation();
  const back = stepped({ shown, count, canAdd }, -1);
  const forth = stepped({ shown, count, canAdd }, 1);
  if (count < 2 && forth === null) return null;
  return (
    <div role="group" className={classes.swipes} aria-label={t("Alternative replies")}>
      <ActionIcon
        variant="subtle"
        color="gray"
        className={classes.step}
        aria-label={t("Previous alternative reply")}
        disabled={busy || back === null}
        onClick={() => back !== null && onShow(back)}
      >
        <IconChevronLeft size={16} />
      </ActionIcon>
      <span className={classes.place}>{t("{{number}} of {{all}}", { number: shown + 1, all: count })}</span>
      <ActionIcon
        variant="subtle"
        color="gray"
        className={classes.step}
        aria-label={t("Next alternative reply")}
        title={forth === "new" ? t("Have another reply written") : undefined}
        disabled={busy || forth === null}
        onClick={() => forth !== null && onShow(forth)}
      >
        <IconChevronRight size={16} />
      </ActionIcon>
    </div>
  );
}
