/** Files beside what a person says: which kind each is, and what becomes of it in the message. */

import { type Attachment, MOST_BYTES } from "@/api/attachments";
import type { Part } from "@/api/messages";
import type { Enclosed } from "@/features/chat/draft";

export type Kind = "image" | "audio" | "video" | "text" | "other";

/** From this many signs on, what is pasted becomes a file of its own. */
export const LONG_PASTE = 50_000;
/** More than this is not put between the words of a message, which may have 4 MB. */
export const MOST_INLINE = 3_000_000;

const TEXTS = /\.(txt|text|md|markdown|csv|tsv|json|jsonl|ya?ml|toml|ini|cfg|conf|log|xml|svg|ics|vcf|html?|css|scss|[cm]?[jt]sx?|py|rb|rs|go|java|kt|swift|c|h|cc|cpp|hpp|cs|php|pl|lua|r|sql|sh|bash|zsh|ps1|bat|tex|rst|org|diff|patch|srt|vtt)$/i;
const TEXT_TYPES = /^(text\/|application\/(json|xml|x-yaml|yaml|javascript|x-sh|toml|sql))|\+(json|xml)$/;

/** Return what kind a file is, by its type and else by its name. */
export function kindOf(name: string, mediaType: string): Kind {
  if (/^image\/(?!svg)/.test(mediaType)) return "image";
  if (mediaType.startsWith("audio/")) return "audio";
  if (mediaType.startsWith("video/") && !TEXTS.test(name)) return "video";
  if (TEXT_TYPES.test(mediaType) || TEXTS.test(name) || mediaType === "image/svg+xml") return "text";
  return "other";
}

/** Whether a model takes files of this kind; words go to every one. */
export function takes(inputs: readonly string[] | undefined, kind: Kind): boolean {
  if (kind === "text" || !inputs) return true;
  return inputs.includes(kind === "other" ? "file" : kind);
}

/** Return why a file cannot be attached; `null` when it can. */
export function refusalOf(file: { size: number }): "empty" | "large" | null {
  if (file.size === 0) return "empty";
  return file.size > MOST_BYTES ? "large" : null;
}

/** Return text between fences that it does not contain itself. */
export function fenced(name: string, text: string): string {
  const longest = Math.max(2, ...(text.match(/`{3,}/g) ?? []).map((fence) => fence.length));
  const fence = "`".repeat(longest + 1);
  const language = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  return `${name}:\n${fence}${language === "txt" ? "" : language}\n${text.replace(/\n$/, "")}\n${fence}\n\n`;
}

export type Inlined = { name: string; text: string };

// A name as files have it, and what stands between the fences below it.
const FENCED = /^([^\n/\\]{1,255}):\n(`{3,})\w*\n([^]*)\n\2\n\n$/;

/** Return the file that a part of a message is; `null` where it is words, if with code in them. */
export function unfenced(part: string): Inlined | null {
  const [, name = "", , text = ""] = FENCED.exec(part) ?? [];
  const isFile = kindOf(name, "") === "text" && fenced(name, `${text}\n`) === part;
  return isFile ? { name, text } : null;
}

const part = (type: "image" | "file", enclosed: Enclosed): Part =>
  type === "image"
    ? { type, url: `attachment:${enclosed.id}`, detail: null, cache: null }
    : { type, url: `attachment:${enclosed.id}`, name: enclosed.name, file_id: null, cache: null };

/** Return the parts of a message: its files in order, then its words. */
export async function partsOf(
  text: string,
  enclosed: readonly Enclosed[],
  textOf: (id: string) => Promise<string>,
): Promise<Part[]> {
  const parts: Part[] = [];
  let room = MOST_INLINE - text.length;
  for (const each of enclosed) {
    const kind = kindOf(each.name, each.media_type);
    if (kind === "text" && each.size <= room) {
      room -= each.size;
      // Where the message is edited, there are no other ends of lines.
      const lines = (await textOf(each.id)).replaceAll("\r\n", "\n");
      parts.push({ type: "text", text: fenced(each.name, lines), signature: null, cache: null });
    } else {
      parts.push(part(kind === "image" ? "image" : "file", each));
    }
  }
  if (text.trim()) parts.push({ type: "text", text, signature: null, cache: null });
  return parts;
}

export const enclosedOf = ({ id, name, media_type, size }: Attachment): Enclosed => ({
  id,
  name,
  media_type,
  size,
});
