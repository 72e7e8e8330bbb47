import { useTranslation } from "react-i18next";
import { CopyButton } from "@/ui/markdown/CopyButton";
import classes from "@/ui/markdown/Markdown.module.css";
import { Coloured } from "@/ui/markdown/Coloured";

type CodeBlockProps = {
  code: string;
  /** As it was written behind the fence; empty where nothing was. */
  language: string;
};

/** Code with its language and a button that copies it. */
export function CodeBlock({ code, language }: CodeBlockProps) {
  const { t } = useTranslation();
  return (
    <figure className={classes.codeBlock} dir="ltr">
      <figcaption className={classes.codeBar}>
        <span>{language || t("text")}</span>
        <CopyButton text={code} />
      </figcaption>
      {/* What scrolls must be reachable by keys. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className={classes.codeText} role="group" tabIndex={0} aria-label={t("Code")}>
        <code>
          <Coloured code={code} language={language} />
        </code>
      </pre>
    </figure>
  );
}
