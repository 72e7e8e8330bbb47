import { memo, useState } from "react";
import {
  continueBlocks,
  definitionsIn,
  hasFootnotes,
  plainLines,
  splitBlocks,
} from "@/lib/markdown-blocks";
import { type Above, headingsAbove } from "@/lib/markdown-headings";
import { Block } from "@/ui/markdown/Block";
import type { MarkdownProps } from "@/ui/markdown/Markdown";
import classes from "@/ui/markdown/Markdown.module.css";
import { useThrottled } from "@/ui/markdown/throttled";

/** How long a last block may wait for its next drawing, by how much there is to draw. */
const patience = (size: number) => (size < 3000 ? 0 : size < 12_000 ? 100 : 250);

/** Text drawn block by block: finished ones stay as they are while the last one grows. */
export function Rendered({ text, streaming = false, quotes = true }: MarkdownProps) {
  const written = plainLines(text);
  const [known, setKnown] = useState(() => splitBlocks(written));
  const split = continueBlocks(known, written);
  if (split !== known) setKnown(split);
  const whole = !streaming && hasFootnotes(written);
  const blocks = whole ? [written] : split.blocks;
  const definitions = whole ? "" : definitionsIn(written);
  const above = headingsAbove(blocks);
  const last = blocks.length - 1;
  return (
    <div className={classes.text} dir="auto">
      {blocks.map((block, at) => (
        <Piece
          // Blocks are only ever added at the end while the text grows.
          key={at}
          text={block}
          above={above[at] ?? ""}
          open={streaming && at === last}
          definitions={block.includes("[") ? definitions : ""}
          quotes={quotes}
        />
      ))}
    </div>
  );
}

type PieceProps = { text: string; above: Above; open: boolean; definitions: string; quotes: boolean };

const Piece = memo(function Piece({ text, open, ...others }: PieceProps) {
  const shown = useThrottled(text, open ? patience(text.length) : 0);
  return <Block {...others} text={shown} open={open} />;
});
