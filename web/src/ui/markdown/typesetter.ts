/** Sets mathematics: the one place that knows KaTeX, loaded when there is a formula. */

import katex from "katex";
import "katex/dist/katex.min.css";

const LONGEST = 4000;

/** Set `formula` into `place`. One that is wrong stands there as it was written, with the reason. */
export function draw(formula: string, place: HTMLElement, display: boolean): void {
  if (formula.length > LONGEST) {
    place.textContent = formula;
    return;
  }
  try {
    katex.render(formula, place, {
      displayMode: display,
      throwOnError: true,
      strict: false,
      // No links, no pictures, no HTML from a formula.
      trust: false,
      maxSize: 20,
      maxExpand: 500,
    });
    place.removeAttribute("title");
  } catch (error) {
    place.textContent = formula;
    place.title = error instanceof Error ? error.message : String(error);
  }
}
