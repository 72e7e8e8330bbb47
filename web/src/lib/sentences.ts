/** Sentences with values in them, known again in what was said and put into another language. */

/** A sentence as it is written: what stands between its places, and the names of those. */
type Template = {
  between: string[];
  places: string[];
  said: string;
  literal: number;
  /** Whether it is known among others; what is no whole sentence is known as a value only. */
  isWhole: boolean;
};
/** What was understood: how it is said, and how many letters of it were known. */
type Understood = { said: string; literal: number };

// Beyond these nothing is looked for: no sentence of ours is so long, and what providers say may be.
const LONGEST = 4000;
const LONGEST_PAIR = 400;
const MOST_IN_A_ROW = 16;
// So many are remembered: what a page shows is asked for each time it is shown.
const MOST_REMEMBERED = 500;
// With fewer letters of its own, such as "See {{…}}", one may be anybody's.
const FEWEST = 10;
// How deep they stand within one another: a status, its "It says: …", a reason, a place.
const DEEPEST = 4;
const PLACE = /\{\{(\w+)\}\}/;
const PLACES = new RegExp(PLACE, "g");
const FIGURE = /^\d{1,3}(,\d{3})*(\.\d+)?$/;
const SENTENCE_END = /(?<=[.!?…)]) /;
const WORD_END = /(?<=\S)[^\p{L}\d]/gu;

/**
 * Puts sentences into `language`: `words` are those it knows, by the English ones.
 *
 * What stands at a place is put into it as well, if it is one of `words`; a figure is written as
 * the language has it. What is not known is left as it is. Where a text can be read in several
 * ways, the one counts in which most of it is known.
 */
export class Interpreter {
  readonly #whole: ReadonlyMap<string, string>;
  /** Those with most letters of their own first. */
  readonly #templates: readonly Template[];
  readonly #language: string;
  /** What was found out while one text is read: parts of it are looked at from several sides. */
  #found = new Map<string, Understood | null>();
  /** What was said of the last texts. */
  readonly #said = new Map<string, string>();

  constructor(words: Readonly<Record<string, string>>, language: string) {
    const entries = Object.entries(words);
    this.#language = language;
    this.#whole = new Map(entries.filter(([english]) => !PLACE.test(english)));
    this.#templates = entries
      .filter(([english]) => PLACE.test(english))
      .map(([english, said]) => templateOf(english, said))
      .sort((one, other) => other.literal - one.literal);
  }

  /** Return `text` in the language. */
  say(text: string): string {
    if (text.length > LONGEST) return text;
    const before = this.#said.get(text);
    if (before !== undefined) return before;
    this.#found = new Map();
    const { said } = this.#row(text, 0);
    const [oldest = text] = this.#said.keys();
    if (this.#said.size >= MOST_REMEMBERED) this.#said.delete(oldest);
    this.#said.set(text, said);
    return said;
  }

  /** Understand sentences in a row, of which some may belong together and others be unknown. */
  #row(text: string, depth: number): Understood {
    const sentences = text.split(SENTENCE_END);
    if (sentences.length > MOST_IN_A_ROW) return { said: text, literal: 0 };
    const row: Understood[] = [];
    for (let at = 0; at < sentences.length; ) {
      let best: Understood = { said: sentences[at] ?? "", literal: 0 };
      let next = at + 1;
      for (let end = at + 1; end <= sentences.length; end += 1) {
        const isValue = depth > 0 && end - at === sentences.length;
        const found = this.#sentence(sentences.slice(at, end).join(" "), depth, isValue);
        if (found && found.literal >= best.literal) [best, next] = [found, end];
      }
      row.push(best);
      at = next;
    }
    return { said: row.map((each) => each.said).join(" "), literal: sumOf(row) };
  }

  #sentence(text: string, depth: number, isValue: boolean): Understood | null {
    const key = `${isValue} ${text}`;
    const before = this.#found.get(key);
    if (before !== undefined) return before;
    const said = this.#whole.get(text);
    const found = said === undefined ? this.#composed(text, depth, isValue) : { said, literal: text.length };
    this.#found.set(key, found);
    return found;
  }

  #composed(text: string, depth: number, isValue: boolean): Understood | null {
    for (const template of this.#templates) {
      const values = isValue || template.isWhole ? valuesIn(text, template) : null;
      if (!values) continue;
      template.between.forEach((gap, at) => {
        if (at > 0 && at < values.length && gap.trim() === "") this.#tellApart(values, at, gap, depth + 1);
      });
      const put = values.map((each) => this.#value(each, depth + 1));
      return {
        said: template.said.replace(PLACES, (_, place: string) => put[template.places.indexOf(place)]?.said ?? ""),
        literal: template.literal + sumOf(put),
      };
    }
    return null;
  }

  /** Divide what stands at two places side by side, before the place `at` and at it. */
  #tellApart(values: string[], at: number, gap: string, depth: number): void {
    const both = `${values[at - 1]}${gap}${values[at]}`;
    if (both.length > LONGEST_PAIR) return;
    let most = 0;
    for (const { index } of both.matchAll(WORD_END)) {
      if (!both.startsWith(gap, index)) continue;
      const halves = [both.slice(0, index), both.slice(index + gap.length)];
      const literal = sumOf(halves.map((half) => this.#value(half, depth)));
      if (literal <= most) continue;
      most = literal;
      values.splice(at - 1, 2, ...halves);
    }
  }

  #value(written: string, depth: number): Understood {
    const bare = written.trim();
    if (bare === "" || depth > DEEPEST) return { said: written, literal: 0 };
    if (FIGURE.test(bare)) {
      const figure = Number(bare.replaceAll(",", "")).toLocaleString(this.#language);
      return { said: written.replace(bare, figure), literal: 0 };
    }
    const { said, literal } = this.#row(bare, depth);
    return { said: written.replace(bare, () => said), literal };
  }
}

const sumOf = (understood: readonly Understood[]): number =>
  understood.reduce((sum, each) => sum + each.literal, 0);

function templateOf(english: string, said: string): Template {
  const pieces = english.split(PLACES);
  const between = pieces.filter((_, at) => at % 2 === 0);
  const places = pieces.filter((_, at) => at % 2 === 1);
  const literal = between.join("").length;
  const isWhole = literal >= FEWEST && (/^[^\p{Ll}{]/u.test(english) || /[.!?]( |$)/.test(english));
  return { between, places, said, literal, isWhole };
}

/**
 * Return what stands at the places of `template` in `text`; `null` where it is another sentence.
 *
 * Each value is the shortest that lets the rest follow. Looking for one piece after the other, and
 * never again for one that was found, takes no longer than to read the text once.
 */
function valuesIn(text: string, { between }: Template): string[] | null {
  const first = between[0] ?? "";
  const last = between.at(-1) ?? "";
  const end = text.length - last.length;
  if (first.length > end || !text.startsWith(first) || !text.endsWith(last)) return null;
  const values: string[] = [];
  let at = first.length;
  for (const piece of between.slice(1, -1)) {
    const next = find(piece, text, at);
    if (next < 0 || next + piece.length > end) return null;
    values.push(text.slice(at, next));
    at = next + piece.length;
  }
  return [...values, text.slice(at, end)];
}

/** Return where `piece` is next; a full stop at its end is none within an address or a figure. */
function find(piece: string, text: string, from: number): number {
  let at = text.indexOf(piece, from);
  while (at >= 0 && piece.endsWith(".") && /\S/.test(text.charAt(at + piece.length))) {
    at = text.indexOf(piece, at + 1);
  }
  return at;
}
