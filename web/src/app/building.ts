/** Which build of the page this one is, and whether the server has another by now. */

/** The build a document was made by; empty under development. */
export const buildOf = (page: Document): string =>
  page.querySelector<HTMLMetaElement>('meta[name="tapster-build"]')?.content ?? "";

/** Whether the server has another build than `own`. Where nobody can say, it has not. */
export async function isOutdated(
  own: string,
  ask: (path: string) => Promise<Response> = (path) => fetch(path, { cache: "no-store" }),
): Promise<boolean> {
  if (!own) return false;
  try {
    const answer = await ask("/build.txt");
    const theirs = answer.ok ? (await answer.text()).trim() : "";
    return theirs !== "" && theirs !== own;
  } catch {
    return false;
  }
}
