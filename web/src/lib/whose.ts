/** Whose words this browser keeps: what one person typed is not shown to the next. */

const PREFIX = "tapster-draft:";

let person = "";

/** Return the id of whom the page is open for; empty before anybody came in. */
export const whose = (): string => person;

/** Keep from here on what this person types. */
export function belongTo(id: string): void {
  person = id;
}

/** Return where something the person typed is kept. */
export const placeOf = (name: string): string => `${PREFIX}${person}:${name}`;

/** Forget all that the person typed, as when they sign out. */
export function forgetTyped(storage: Storage = localStorage): void {
  const own = placeOf("");
  for (const name of Object.keys(storage)) {
    if (name.startsWith(own)) storage.removeItem(name);
  }
}
