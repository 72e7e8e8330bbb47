/** Signs that cannot be seen in a field, written as they are in code. */

const SHOWN: Record<string, string> = { "\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\" };
const TYPED: Record<string, string> = { n: "\n", t: "\t", r: "\r", "\\": "\\" };

export const shownSigns = (text: string): string => text.replace(/[\n\t\r\\]/g, (sign) => SHOWN[sign] ?? sign);

export const typedSigns = (text: string): string =>
  text.replace(/\\([ntr\\])/g, (_, sign: string) => TYPED[sign] ?? sign);
