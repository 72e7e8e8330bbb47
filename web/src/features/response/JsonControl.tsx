import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CodeControl } from "@/features/response/CodeControl";
import { bodyText, readBody } from "@/features/response/bodyText";
import { told } from "@/lib/words";

type JsonControlProps = {
  title: string;
  value: Record<string, unknown>;
  meaning: string;
  onChange: (value: Record<string, unknown>) => void;
};

/** An object as JSON. While it is none, what it was last is kept. */
export function JsonControl({ title, value, meaning, onChange }: JsonControlProps) {
  const { t } = useTranslation();
  const known = JSON.stringify(value);
  const [seen, setSeen] = useState(known);
  const [text, setText] = useState(() => bodyText(value));
  const said = readBody(text);
  // What another window said comes in place of what stands here; one's own words stay as typed.
  if (known !== seen) {
    setSeen(known);
    if (!("value" in said) || known !== JSON.stringify(said.value)) setText(bodyText(value));
  }
  return (
    <CodeControl
      title={title}
      value={text}
      meaning={meaning}
      trouble={
        "trouble" in said
          ? t("Line {{line}}: {{trouble}}", { line: said.line, trouble: told(said.trouble) })
          : undefined
      }
      onChange={(next) => {
        setText(next);
        const read = readBody(next);
        if ("value" in read) onChange(read.value);
      }}
    />
  );
}
