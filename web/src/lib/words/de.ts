/** German: one file per room of the page, and one for what the server says of its forms. */

const FILES = import.meta.glob<Record<string, string>>("./de/*.json", {
  eager: true,
  import: "default",
});

export default Object.assign({}, ...Object.values(FILES)) as Record<string, string>;
