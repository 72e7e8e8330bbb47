/** Which sections of the response configuration are open; remembered in the browser. */

import { useLocalStorage } from "@mantine/hooks";

/** Return the names of the sections that are open, and what opens others. */
export const useSections = () =>
  useLocalStorage<string[]>({ key: "tapster-response-sections", defaultValue: ["settings"] });
