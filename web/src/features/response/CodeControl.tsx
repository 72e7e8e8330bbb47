import { Textarea } from "@mantine/core";
import classes from "@/features/response/Response.module.css";

type CodeControlProps = {
  title: string;
  value: string;
  describedBy: string;
  /** What is wrong with it, if anything is. */
  trouble?: string;
  onChange: (value: string) => void;
};

/** A text of several lines, as a grammar is. */
export function CodeControl({ title, value, describedBy, trouble, onChange }: CodeControlProps) {
  return (
    <Textarea
      className={classes.code}
      size="sm"
      aria-label={title}
      aria-describedby={describedBy}
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
