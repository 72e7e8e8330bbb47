/** What every test of the page needs: words, and what the test's browser lacks. */

import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";
import { startWords } from "@/lib/words";

startWords();
afterEach(cleanup);

window.matchMedia ??= ((query: string) => ({
  matches: false,
  media: query,
  onchange: null,
  addListener: () => {},
  removeListener: () => {},
  addEventListener: () => {},
  removeEventListener: () => {},
  dispatchEvent: () => false,
})) as typeof window.matchMedia;

// Fields that grow with their text listen for fonts that come later.
if (!("fonts" in document)) Object.defineProperty(document, "fonts", { value: new EventTarget() });
