/** Sizes of files as people read them. */

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** Return a size such as `1.2 MB`. */
export function fileSize(bytes: number, language = "en"): string {
  const at = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: UNITS[at] ?? "byte",
    // Short for many bytes is "byte", which reads like one.
    unitDisplay: at === 0 ? "long" : "short",
    maximumFractionDigits: at === 0 ? 0 : 1,
  }).format(bytes / 1000 ** at);
}
