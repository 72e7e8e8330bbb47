import { Textarea } from "@mantine/core";
import classes from "@/features/response/Response.module.css";

type CodeControlProps = {
  title: string;
  value: string;
  /** What it does, for those who do not see it. */
  meaning: string;
  /** What is wrong with it, if anything is. */
  trouble?: string;
  onChange: (value: string) => void;
};

/** A text of several lines, as a grammar is. */
export function CodeControl({ title, value, meaning, trouble, onChange }: CodeControlProps) {
  return (
    <Textarea
      className={classes.code}
      size="sm"
      aria-label={title}
      aria-description={meaning}
      autosize
      minRows={3}
      maxRows={16}
      spellCheck={false}
      error={trouble}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
