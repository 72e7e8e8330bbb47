/** The models a person marked with a star, by source. */

import { useMemo } from "react";
import { useChangePreferences, usePreferences } from "@/api/preferences";

/** Return the ids of the favourites of `source`, and a function that marks or unmarks one. */
export function useFavourites(source: string): [ReadonlySet<string>, (model: string) => void] {
  const { favourites } = usePreferences();
  const change = useChangePreferences();
  const begins = `${source}/`;
  const mine = useMemo(
    () =>
      new Set(
        favourites.filter((each) => each.startsWith(begins)).map((each) => each.slice(begins.length)),
      ),
    [favourites, begins],
  );
  const toggle = (model: string) => {
    const name = begins + model;
    const others = favourites.filter((each) => each !== name);
    change({ favourites: mine.has(model) ? others : [...others, name] });
  };
  return [mine, toggle];
}
