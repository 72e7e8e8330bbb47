/** The kinds of providers, in the groups people look for them in. */

import type { Source } from "@/api/sources";

export type SourceGroup = {
  kind: "common" | "local" | "others" | "here" | "page" | "retired";
  sources: Source[];
};

/**
 * Return the sources in groups, as the server orders them: what many use stands first there, the
 * rest follows by title. Programs that one runs oneself are in a group of their own.
 */
export function groupedSources(sources: readonly Source[]): SourceGroup[] {
  const here = sources.filter((source) => source.built_in);
  const retired = sources.filter((source) => !source.built_in && source.retired);
  const page = sources.filter((source) => source.ability);
  const led = sources.filter((source) => !source.built_in && !source.ability && !source.retired);
  const local = led.filter(isLocal);
  const served = led.filter((source) => !isLocal(source));
  let begins = served.length;
  while (begins > 0 && (begins === served.length || inOrder(served[begins - 1], served[begins]))) {
    begins -= 1;
  }
  const groups: SourceGroup[] = [
    { kind: "common", sources: served.slice(0, begins) },
    { kind: "local", sources: local },
    { kind: "others", sources: served.slice(begins) },
    { kind: "here", sources: here },
    { kind: "page", sources: page },
    { kind: "retired", sources: retired },
  ];
  return groups.filter((group) => group.sources.length > 0);
}

/** Return the first source that has no address of its own: it leads to whatever server one names. */
export const openSource = (sources: readonly Source[]): Source | null =>
  sources.find((each) => each.endpoint === null && !each.built_in && !each.retired) ?? null;

/** Whether it is a server on one's own machine, unless one says otherwise. */
export const isLocal = ({ endpoint }: Source): boolean => endpoint?.startsWith("http://127.0.0.1:") ?? false;

const inOrder = (one: Source | undefined, other: Source | undefined) =>
  (one?.title.toLowerCase() ?? "") <= (other?.title.toLowerCase() ?? "");
