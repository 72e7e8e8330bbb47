import { memo, useMemo } from "react";
import ReactMarkdown, { type Options } from "react-markdown";
import rehypeRaw from "rehype-raw";
import rehypeSanitize from "rehype-sanitize";
import remarkGfm from "remark-gfm";
import remarkMath from "remark-math";
import { isOpenFormula } from "@/lib/markdown-blocks";
import { closeEnding } from "@/lib/markdown-ending";
import { type Above, levelHeadings } from "@/lib/markdown-headings";
import { breakLines, markSpans } from "@/lib/markdown-marks";
import { markFormulas } from "@/lib/markdown-math";
import { CodeBlock } from "@/ui/markdown/CodeBlock";
import { components } from "@/ui/markdown/components";
import { schema } from "@/ui/markdown/schema";

type BlockProps = {
  text: string;
  /** Where its links by name lead. */
  definitions: string;
  /** The headings it stands under. */
  above: Above;
  /** Whether more of it is being written. */
  open: boolean;
  quotes: boolean;
};

// Addresses are judged where they are shown (`components`), by one rule.
const asWritten = (address: string) => address;

/** One block of a text, drawn again only when it changes. */
export const Block = memo(function Block({ text, definitions, above, open, quotes }: BlockProps) {
  const plugins = useMemo(() => pluginsFor(open, quotes, above), [open, quotes, above]);
  if (open && isOpenFormula(text)) return <CodeBlock code={text.trim()} language="" />;
  const { text: marked, math } = markFormulas(open ? closeEnding(text) : text);
  return (
    <ReactMarkdown
      remarkPlugins={math ? plugins.withMath : plugins.remark}
      rehypePlugins={marked.includes("<") ? plugins.withHtml : plugins.rehype}
      components={components}
      urlTransform={asWritten}
    >
      {definitions ? `${marked}\n\n${definitions}` : marked}
    </ReactMarkdown>
  );
});

type Plugins = NonNullable<Options["remarkPlugins"]>;

function pluginsFor(open: boolean, quotes: boolean, above: Above) {
  const remark: Plugins = [[remarkGfm, { singleTilde: false }], breakLines];
  const rehype: Plugins = [
    [rehypeSanitize, schema],
    [markSpans, { speech: quotes, open }],
    [levelHeadings, above],
  ];
  return {
    remark,
    // A single dollar is money by then: `markFormulas` doubled those of formulas.
    withMath: [...remark, [remarkMath, { singleDollarTextMath: false }]] as Plugins,
    rehype,
    withHtml: [rehypeRaw, ...rehype] as Plugins,
  };
}
