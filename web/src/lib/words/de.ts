/** German: one file per room of the page, and one for what the server says. */

const FILES = import.meta.glob<Record<string, string>>("./de/*.json", {
  eager: true,
  import: "default",
});

/** What is said by others than the page's own parts, with places for values. */
export const sentences = { ...FILES["./de/server.json"], ...FILES["./de/api.json"] };

export default Object.assign({}, ...Object.values(FILES)) as Record<string, string>;
