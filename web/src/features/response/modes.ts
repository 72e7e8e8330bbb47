/** The ways messages are reshaped before they go out. */

import type { ConnectionSettings } from "@/api/connections";

export const MODES = [
  { mode: "none", title: "No post-processing", meaning: "Messages go out as they stand." },
  { mode: "merge", title: "Merge", meaning: "Nobody speaks twice in a row: such messages become one." },
  { mode: "merge_tools", title: "Merge, with tools", meaning: "The same, and calls of tools are kept." },
  {
    mode: "semi",
    title: "Semi-strict",
    meaning: "As merge, and only the first message is the system's; later ones become the person's.",
  },
  {
    mode: "semi_tools",
    title: "Semi-strict, with tools",
    meaning: "As semi-strict, and calls of tools are kept.",
  },
  {
    mode: "strict",
    title: "Strict",
    meaning: "As semi-strict, and the person always speaks first; a placeholder does where they said nothing.",
  },
  { mode: "strict_tools", title: "Strict, with tools", meaning: "As strict, and calls of tools are kept." },
  { mode: "single", title: "Single message", meaning: "All of it becomes one message of the person's." },
] as const;

/** Return the mode of a connection. */
export const modeOf = (settings: ConnectionSettings): string =>
  (settings as { post_processing?: string | null }).post_processing ?? "none";
