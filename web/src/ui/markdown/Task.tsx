import { useTranslation } from "react-i18next";
import classes from "@/ui/markdown/Markdown.module.css";

/** The box before a task: shown as it was written, not to be ticked here. */
export function Task({ done }: { done: boolean }) {
  const { t } = useTranslation();
  return (
    <input
      className={classes.task}
      type="checkbox"
      checked={done}
      disabled
      readOnly
      aria-label={done ? t("done") : t("to do")}
    />
  );
}
