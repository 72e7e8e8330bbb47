/** Moments as they stand in lists of what is kept. */

/** Return a moment (seconds since the epoch) with its day and time. */
export const fullMoment = (at: number, language = "en"): string =>
  new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(at * 1000);
