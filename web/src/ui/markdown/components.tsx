/** How each element of a text looks, and what of it is shown otherwise than it was written. */

import type { Element } from "hast";
import type { ReactNode } from "react";
import type { Components } from "react-markdown";
import { linkAddress } from "@/lib/markdown-addresses";
import { CodeBlock } from "@/ui/markdown/CodeBlock";
import { Formula } from "@/ui/markdown/Formula";
import classes from "@/ui/markdown/Markdown.module.css";
import { Picture } from "@/ui/markdown/Picture";
import { Spoiler } from "@/ui/markdown/Spoiler";
import { Task } from "@/ui/markdown/Task";
import { TableFrame } from "@/ui/markdown/TableFrame";

const textOf = (node: Element): string =>
  node.children
    .map((child) => (child.type === "text" ? child.value : child.type === "element" ? textOf(child) : ""))
    .join("");

const classesOf = (node: Element | undefined): string[] => {
  const names = node?.properties.className;
  return Array.isArray(names) ? names.map(String) : [];
};

const languageOf = (node: Element): string =>
  classesOf(node).find((name) => name.startsWith("language-"))?.slice("language-".length) ?? "";

type HeadingProps = { node?: Element; children?: ReactNode };

/** A heading looks as it was written, and is on the level that it has on the page. */
const heading = (level: 1 | 2 | 3 | 4 | 5 | 6) =>
  function Heading({ node, children }: HeadingProps) {
    const Tag = `h${Number(node?.properties.dataLevel)}` as "h2";
    const hidden = classesOf(node).includes("sr-only");
    return <Tag className={hidden ? classes.unseen : classes[`h${level}`]}>{children}</Tag>;
  };

export const components: Components = {
  h1: heading(1),
  h2: heading(2),
  h3: heading(3),
  h4: heading(4),
  h5: heading(5),
  h6: heading(6),
  a({ href, node, title, children }) {
    if (node?.properties.dataFootnoteBackref !== undefined) return null;
    const address = linkAddress(href);
    if (address === null) return <span>{children}</span>;
    return (
      <a
        href={address}
        title={title ?? address}
        target="_blank"
        rel="noopener noreferrer nofollow"
        referrerPolicy="no-referrer"
      >
        {children}
      </a>
    );
  },
  img: ({ src, alt, title }) => <Picture address={typeof src === "string" ? src : ""} words={alt || title || ""} />,
  pre({ node, children }) {
    const code = node?.children.find((child) => child.type === "element");
    if (!code || code.tagName !== "code") return <pre className={classes.pre}>{children}</pre>;
    const text = textOf(code).replace(/\n$/, "");
    if (classesOf(code).includes("math-display")) return <Formula formula={text} display />;
    return <CodeBlock code={text} language={languageOf(code)} />;
  },
  code({ node, children }) {
    if (node && classesOf(node).includes("math-inline")) return <Formula formula={textOf(node)} />;
    return <code className={classes.code}>{children}</code>;
  },
  span({ node, children }) {
    if (node?.properties.dataSpoiler !== undefined) return <Spoiler>{children}</Spoiler>;
    if (node?.properties.dataSpeech !== undefined) return <span className={classes.speech}>{children}</span>;
    return <span>{children}</span>;
  },
  table: ({ children }) => <TableFrame>{children}</TableFrame>,
  input: ({ checked }) => <Task done={Boolean(checked)} />,
};
