import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import classes from "@/ui/markdown/Markdown.module.css";

/** A table, which scrolls by itself where it is wider than the text. */
export function TableFrame({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  return (
    // What scrolls must be reachable by keys.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={classes.tableFrame} role="region" aria-label={t("Table")} tabIndex={0}>
      <table>{children}</table>
    </div>
  );
}
