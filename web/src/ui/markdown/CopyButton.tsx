import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useCopying } from "@/ui/copying";
import classes from "@/ui/markdown/Markdown.module.css";

/** Copies `text`, and says that it did. */
export function CopyButton({ text }: { text: string }) {
  const { t } = useTranslation();
  const [said, copy] = useCopying(text);
  const Icon = said === "copied" ? IconCheck : IconCopy;
  return (
    <button type="button" className={classes.copy} onClick={copy}>
      <Icon size={14} aria-hidden />
      <span role="status">
        {said === "copied" ? t("Copied") : said === "failed" ? t("Not copied") : t("Copy code")}
      </span>
    </button>
  );
}
