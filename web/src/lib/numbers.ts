/** Numbers as people type and read them. */

const NUMBER = /^[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d+)?$/i;

/** Return the number that was typed, as `2.5`, `2,5` or `1e-2`; `null`: it is none. */
export function typedNumber(text: string): number | null {
  const sign = text.trim().replace("−", "-");
  if (!NUMBER.test(sign)) return null;
  const read = Number(sign.replace(",", "."));
  return Number.isFinite(read) ? read : null;
}

/** Return a number with every digit it has, and the decimal sign of a language. */
export function writtenNumber(value: number, language: string): string {
  return language.startsWith("de") ? String(value).replace(".", ",") : String(value);
}
