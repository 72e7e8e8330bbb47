/** Finds the words of common programming languages: loaded when there is code to colour. */

import type { RootContent } from "hast";
import { common, createLowlight } from "lowlight";

const lowlight = createLowlight(common);

/** Return `code` in pieces named for what they are; `null` for a language we do not know. */
export function colour(code: string, language: string): RootContent[] | null {
  const name = language.toLowerCase();
  return lowlight.registered(name) ? lowlight.highlight(name, code).children : null;
}
