import { IconDownload, IconFile, IconHandStop, IconTool } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { contentAddress } from "@/api/messages";
import { Aside } from "@/features/chat/message/Aside";
import classes from "@/features/chat/message/Message.module.css";
import { ImageView } from "@/features/chat/message/ImageView";
import { InlinedFile } from "@/features/chat/message/InlinedFile";
import type { Piece } from "@/features/chat/message/pieces";
import { CodeBlock } from "@/ui/markdown/CodeBlock";
import { Markdown } from "@/ui/markdown/Markdown";

type PieceViewProps = {
  piece: Piece;
  /** What the page remembers folds by. */
  name: string;
  streaming: boolean;
};

/** One piece of a message: words, a picture, a file, sound, a call of a tool and what it gave. */
export function PieceView({ piece, name, streaming }: PieceViewProps) {
  const { t } = useTranslation();
  switch (piece.type) {
    case "text":
      return <Markdown text={piece.text} streaming={streaming} />;
    case "inlined":
      return <InlinedFile name={piece.name} text={piece.text} />;
    case "image":
      return <ImageView url={piece.url} />;
    case "file":
      return <FileView name={piece.name ?? t("File")} url={piece.url ?? null} />;
    case "audio":
      return (
        // What a model says has no captions: its words stand beside it, if there are any.
        // eslint-disable-next-line jsx-a11y/media-has-caption
        <audio
          controls
          preload="metadata"
          className={classes.sound}
          aria-label={t("Sound")}
          src={`data:audio/${encodeURIComponent(piece.format)};base64,${piece.data}`}
        />
      );
    case "video":
      return <FileView name={t("Video")} url={piece.url} />;
    case "refusal":
      return (
        <div className={classes.refusal}>
          <p className={classes.refusalHead}>
            <IconHandStop size={16} aria-hidden /> {t("The model declines")}
          </p>
          <Markdown text={piece.text} streaming={streaming} />
        </div>
      );
    case "tool-call":
      return (
        <Aside
          name={`${piece.key} ${name}`}
          icon={<IconTool size={15} aria-hidden />}
          title={t("Calls the tool {{name}}", { name: piece.name || "…" })}
        >
          <CodeBlock code={indented(piece.arguments ?? "")} language="json" />
        </Aside>
      );
    case "tool-result":
      return (
        <Aside
          name={`${piece.key} ${name}`}
          icon={<IconTool size={15} aria-hidden />}
          title={
            piece.is_error
              ? t("The tool {{name}} failed", { name: piece.name ?? "" })
              : t("The tool {{name}} answered", { name: piece.name ?? "" })
          }
        >
          {(piece.parts ?? []).map((part, at) =>
            part.type === "text" ? (
              <CodeBlock key={at} code={indented(part.text)} language={isJson(part.text) ? "json" : ""} />
            ) : part.type === "image" ? (
              <ImageView key={at} url={part.url} />
            ) : part.type === "file" ? (
              <FileView key={at} name={part.name ?? t("File")} url={part.url ?? null} />
            ) : null,
          )}
        </Aside>
      );
    case "opaque":
      return null;
  }
}

/** A file by its name, to be saved and never opened here. */
function FileView({ name, url }: { name: string; url: string | null }) {
  const { t } = useTranslation();
  const isOwn = url !== null && (url.startsWith("attachment:") || url.startsWith("data:"));
  return (
    <div className={classes.file}>
      <IconFile size={18} aria-hidden />
      <span className={classes.fileName}>{name}</span>
      {isOwn && (
        <a className={classes.save} href={contentAddress(url)} download={name} aria-label={t("Save {{name}}", { name })}>
          <IconDownload size={16} aria-hidden /> {t("Save")}
        </a>
      )}
    </div>
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const indented = (text: string): string =>
  isJson(text) ? JSON.stringify(JSON.parse(text), null, 2) : text;
