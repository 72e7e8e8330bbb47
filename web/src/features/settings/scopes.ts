/** What a token may be good for. */

import type { Scope } from "@/api/tokens";

export const SCOPES: { scope: Scope; title: string; meaning: string; forAdmins?: boolean }[] = [
  { scope: "chat", title: "Answers", meaning: "Have models answer, as at /v1/chat/completions." },
  { scope: "models", title: "Models", meaning: "List the models there are." },
  { scope: "api", title: "Your chats and settings", meaning: "All you may do here yourself, under /api." },
  {
    scope: "admin",
    title: "What takes an admin",
    meaning: "Change connections and keys, and make accounts and tokens.",
    forAdmins: true,
  },
];

/** Return what a scope is called; to be translated. */
export const titleOf = (scope: string): string =>
  SCOPES.find((each) => each.scope === scope)?.title ?? scope;
