/** What a prompt is made of, drawn together for a person to look at. */

import type { Part, Preview } from "@/api/previews";

export type Share = {
  /** What it is: `history/user`, `system prompt`, … */
  kind: string;
  title: string;
  count: number;
  tokens: number;
};

const TITLES: Record<string, string> = {
  "system prompt": "System prompt",
  "history/user": "What you said",
  "history/assistant": "Answers",
  "history/system": "System messages",
  "history/tool": "Results of tools",
  "continue nudge": "Request to go on",
  "impersonate nudge": "Request to write for you",
  "turn nudge": "A word to begin with",
  instruction: "Instruction",
};

/** Why messages were left out, by the server's word for it. */
export const WHYS: Record<string, string> = {
  budget: "There was no room for them.",
  hidden: "They are hidden from prompts.",
  empty: "They have no words and no files.",
  "tool-unanswered": "They are calls of tools nobody answered.",
  "tool-unasked": "They are results of tools whose call is not there.",
};

const kindOf = ({ label, role }: Part) => (label === "history" ? `history/${role}` : label);

/** Return the parts by their kind, in the order in which they first come. */
export function sharesOf(parts: readonly Part[]): Share[] {
  const shares = new Map<string, Share>();
  for (const part of parts) {
    const kind = kindOf(part);
    const known = shares.get(kind) ?? { kind, title: TITLES[kind] ?? kind, count: 0, tokens: 0 };
    shares.set(kind, { ...known, count: known.count + 1, tokens: known.tokens + part.tokens });
  }
  return [...shares.values()];
}

/** Return the request as it goes out, as text. */
export function requestText({ request }: Preview): string {
  const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`);
  const body = JSON.stringify(request.body, null, 2);
  return [`${request.method} ${request.url}`, ...headers, "", body].join("\n");
}
