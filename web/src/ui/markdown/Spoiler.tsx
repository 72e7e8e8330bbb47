import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "@/ui/markdown/Markdown.module.css";

/** Words that are covered until one asks for them. */
export function Spoiler({ children }: { children?: ReactNode }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  const words = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (shown) words.current?.focus({ preventScroll: true });
  }, [shown]);
  if (shown) {
    return (
      <span ref={words} tabIndex={-1} className={classes.unveiled}>
        {children}
      </span>
    );
  }
  return (
    <button type="button" className={classes.veil} aria-label={t("Spoiler: show it")} onClick={() => setShown(true)}>
      {/* Takes its place already, so that nothing moves when it is shown. */}
      <span aria-hidden inert className={classes.veiled}>
        {children}
      </span>
    </button>
  );
}
