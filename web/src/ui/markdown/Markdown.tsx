import { Suspense, lazy, memo } from "react";
import classes from "@/ui/markdown/Markdown.module.css";

const Plain = ({ text }: MarkdownProps) => <div className={classes.plain}>{text}</div>;

/** Fetch what draws Markdown, so that it is there before the first message. */
export const fetchRenderer = () =>
  import("@/ui/markdown/Rendered").then(
    (it) => ({ default: it.Rendered }),
    // Gone from the server, as after an update: the words themselves are worth more than an error.
    () => ({ default: Plain }),
  );

const Rendered = lazy(fetchRenderer);

export type MarkdownProps = {
  text: string;
  /** Whether more of it is being written: what is still open at its end is shown as closed. */
  streaming?: boolean;
  /** Whether what stands between quotation marks is tinted. */
  quotes?: boolean;
};

/** Text as people and models write it: sanitised Markdown, as it stands until the renderer is there. */
export const Markdown = memo(function Markdown(props: MarkdownProps) {
  return (
    <Suspense fallback={<Plain {...props} />}>
      <Rendered {...props} />
    </Suspense>
  );
});
