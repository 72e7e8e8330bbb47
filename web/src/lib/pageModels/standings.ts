/** How the models stand that this page may have: looked for when somebody wants to know. */

import { useCallback, useEffect, useSyncExternalStore } from "react";
import { languageModel } from "@/lib/pageModels/languageModel";
import { type Ability, Broken, type PageModel, type Standing } from "@/lib/pageModels/model";
import { windowAi } from "@/lib/pageModels/windowAi";

const MODELS: Record<Ability, PageModel> = {
  "window.ai": windowAi(),
  "language-model": languageModel(),
};

const LOOKING: Standing = { state: "looking" };
// A download that another page began tells nothing here: it is looked after.
const LOOK_AGAIN = 3000;

const standings = new Map<Ability, Standing>();
const watchers = new Set<() => void>();
/** The look under way at each: who asks meanwhile waits for the same. */
const looks = new Map<Ability, Promise<Standing>>();

function become(ability: Ability, standing: Standing): Standing {
  standings.set(ability, standing);
  for (const watcher of watchers) watcher();
  return standing;
}

/** Return the model for `ability`. */
export const modelOf = (ability: Ability): PageModel => MODELS[ability];

/** Look how a model stands, and keep it. `closely`: also what takes it a moment to say. */
export function look(ability: Ability, closely = false): Promise<Standing> {
  const under = looks.get(ability);
  if (under && !closely) return under;
  const looking = MODELS[ability]
    .look(closely)
    .then((standing) => {
      MODELS[ability].watch?.(() => void look(ability));
      const known = standings.get(ability);
      const goesOn = standing.state === "downloading" && known?.state === "downloading";
      return goesOn ? known : become(ability, standing);
    })
    .finally(() => looks.delete(ability));
  looks.set(ability, looking);
  return looking;
}

/** Have the model downloaded, and show how far that is. To be called when the person clicks. */
export async function download(ability: Ability): Promise<void> {
  const progress = (loaded: number | null) => become(ability, { state: "downloading", loaded });
  progress(null);
  try {
    await MODELS[ability].download?.(progress);
    become(ability, LOOKING);
    await look(ability, true);
  } catch (error) {
    const code = error instanceof Broken ? error.code : "";
    const message = error instanceof Error ? error.message || code : String(error);
    become(ability, code === "NotAllowedError" ? { state: "refused" } : { state: "failed", message });
  }
}

/** Return how the model for `ability` stands in this page; `null` for none. */
export function usePageModel(ability: Ability | null, closely = false): Standing | null {
  const standing = useSyncExternalStore(
    useCallback((watcher: () => void) => {
      watchers.add(watcher);
      return () => {
        watchers.delete(watcher);
      };
    }, []),
    () => (ability ? (standings.get(ability) ?? LOOKING) : null),
  );
  useEffect(() => {
    if (ability) void look(ability, closely);
  }, [ability, closely]);
  const waits = ability !== null && standing?.state === "downloading";
  useEffect(() => {
    if (!waits) return undefined;
    const timer = setInterval(() => void look(ability), LOOK_AGAIN);
    return () => clearInterval(timer);
  }, [ability, waits]);
  return standing;
}
