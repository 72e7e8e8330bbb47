/** What of a message is shown, in order: its parts joined where they belong together. */

import type { Message, Part } from "@/api/messages";
import { type Inlined, unfenced } from "@/features/chat/files";
import type { LiveReply } from "@/features/chat/message/types";

type Shown = Exclude<Part, { type: "text" } | { type: "reasoning" }>;

export type Piece = { key: string } & (
  | { type: "text"; text: string }
  /** A text file that the person attached: it was put between the words. */
  | ({ type: "inlined" } & Inlined)
  | Shown
);

/**
 * Return the pieces of a message, without its thinking.
 *
 * Keys count each kind by itself: the words of a live answer and those of the kept one are the
 * same piece, which is not drawn anew when the answer ends.
 */
export function piecesOf(message: Message, live: LiveReply | null): Piece[] {
  const counts = new Map<string, number>();
  const keyed = (type: string) => {
    const count = counts.get(type) ?? 0;
    counts.set(type, count + 1);
    return `${type}-${count}`;
  };
  const pieces: Piece[] = [];
  for (const part of live ? livePartsOf(message, live) : message.parts) {
    const last = pieces.at(-1);
    if (part.type === "reasoning") continue;
    // What stands in a part of its own was attached: words of the person may look the same.
    const file = part.type === "text" && message.role === "user" ? unfenced(part.text) : null;
    if (file) {
      pieces.push({ key: keyed("inlined"), type: "inlined", ...file });
    } else if (part.type === "text") {
      if (last?.type === "text") last.text += part.text;
      else if (part.text !== "") pieces.push({ key: keyed("text"), type: "text", text: part.text });
    } else {
      pieces.push({ ...part, key: keyed(part.type) });
    }
  }
  return pieces;
}

function livePartsOf(message: Message, live: LiveReply): Part[] {
  const before = message.parts.filter((part) => part.type === "image" || part.type === "audio");
  return [
    { type: "text", text: live.text },
    ...(live.toolCalls ?? []).map(
      (call, at): Part => ({
        type: "tool-call",
        id: call.id ?? String(at),
        name: call.name ?? "",
        arguments: call.arguments,
        signature: null,
      }),
    ),
    ...(live.refusal ? [{ type: "refusal", text: live.refusal } as const] : []),
    // The parts that came along in this answer may be kept by then, too.
    ...(live.parts?.length ? live.parts : before),
  ];
}

/** Return what the model thought, as far as it can be read, and whether it thought at all. */
export function thinkingOf(message: Message, live: LiveReply | null): { text: string; sealed: boolean } {
  if (live?.reasoning) return { text: live.reasoning, sealed: false };
  const parts = message.parts.filter((part) => part.type === "reasoning");
  const text = parts
    .map((part) => part.text ?? "")
    .filter((each) => each !== "")
    .join("\n\n");
  return { text, sealed: text === "" && parts.length > 0 && !live };
}
