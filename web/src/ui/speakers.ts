/** Who said a message, in lists of them. */

/** What each role is called; to be translated. */
export const SPEAKERS: Record<string, string> = {
  user: "You",
  assistant: "The model",
  system: "System",
  developer: "System",
  tool: "Tool",
};
