/** The kinds of providers, in the groups people look for them in. */

import type { Source } from "@/api/sources";

export type SourceGroup = { kind: "common" | "others" | "here" | "retired"; sources: Source[] };

/**
 * Return the sources in groups, as the server orders them: what many use stands first there, the
 * rest follows by title.
 */
export function groupedSources(sources: readonly Source[]): SourceGroup[] {
  const here = sources.filter((source) => source.built_in);
  const retired = sources.filter((source) => !source.built_in && source.retired);
  const served = sources.filter((source) => !source.built_in && !source.retired);
  let begins = served.length;
  while (begins > 0 && (begins === served.length || inOrder(served[begins - 1], served[begins]))) {
    begins -= 1;
  }
  const groups: SourceGroup[] = [
    { kind: "common", sources: served.slice(0, begins) },
    { kind: "others", sources: served.slice(begins) },
    { kind: "here", sources: here },
    { kind: "retired", sources: retired },
  ];
  return groups.filter((group) => group.sources.length > 0);
}

/** Return the first source that has no address of its own: it leads to whatever server one names. */
export const openSource = (sources: readonly Source[]): Source | null =>
  sources.find((each) => each.endpoint === null && !each.built_in && !each.retired) ?? null;

const inOrder = (one: Source | undefined, other: Source | undefined) =>
  (one?.title.toLowerCase() ?? "") <= (other?.title.toLowerCase() ?? "");
