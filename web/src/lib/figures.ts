/** Numbers as people read them: tokens, money, time. */

/** Return `12.3k` for 12,345. */
export function shortCount(count: number, language = "en"): string {
  return new Intl.NumberFormat(language, {
    notation: "compact",
    maximumFractionDigits: count < 10_000 ? 1 : 0,
  }).format(count);
}

/** Return US dollars with as many digits as say something. */
export function dollars(amount: number, language = "en"): string {
  const digits = amount === 0 || amount >= 1 ? 2 : Math.min(6, 2 - Math.floor(Math.log10(amount)));
  return new Intl.NumberFormat(language, {
    style: "currency",
    currency: "USD",
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  }).format(amount);
}

/** Return seconds as `0.4 s`, `12 s` or `2 min 5 s`. */
export function duration(seconds: number, language = "en"): string {
  if (seconds < 10) {
    const said = new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(seconds);
    return `${said} s`;
  }
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Return a moment (seconds since the epoch) as the time today, else as a date. */
export function moment(at: number, language = "en", now = new Date()): string {
  const then = new Date(at * 1000);
  const sameDay = then.toDateString() === now.toDateString();
  const sameYear = then.getFullYear() === now.getFullYear();
  return new Intl.DateTimeFormat(
    language,
    sameDay
      ? { hour: "numeric", minute: "2-digit" }
      : { day: "numeric", month: "short", ...(sameYear ? {} : { year: "numeric" }) },
  ).format(then);
}
