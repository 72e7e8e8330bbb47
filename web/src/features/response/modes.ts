/** The ways messages are reshaped before they go out. */

import type { ConnectionSettings } from "@/api/connections";

export const MODES = [
  { mode: "none", title: "None", meaning: "Messages go out as they stand." },
  { mode: "merge", title: "Merge consecutive roles", meaning: "Nobody speaks twice in a row: such messages become one." },
  { mode: "merge_tools", title: "Merge consecutive roles (with tools)", meaning: "The same, and calls of tools are kept." },
  {
    mode: "semi",
    title: "Semi-strict (alternating roles)",
    meaning: "As merge, and only the first message is the system's; later ones become the person's.",
  },
  {
    mode: "semi_tools",
    title: "Semi-strict (alternating roles; with tools)",
    meaning: "As semi-strict, and calls of tools are kept.",
  },
  {
    mode: "strict",
    title: "Strict (user first, alternating roles)",
    meaning: "As semi-strict, and the person always speaks first; a placeholder does where they said nothing.",
  },
  { mode: "strict_tools", title: "Strict (user first, alternating roles; with tools)", meaning: "As strict, and calls of tools are kept." },
  { mode: "single", title: "Single user message (no tools)", meaning: "All of it becomes one message of the person's." },
] as const;

/** Return the mode of a connection. */
export const modeOf = (settings: ConnectionSettings): string =>
  (settings as { post_processing?: string | null }).post_processing ?? "none";
