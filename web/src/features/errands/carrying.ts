/** Carries errands out: takes one on if this page can, asks its model, and reports what it says. */

import type { Heard, Piece } from "@/api/errands";
import { reporter } from "@/features/errands/reporter";
import { Broken, type Ability, type PageModel, type Question, type Standing } from "@/lib/pageModels/model";

/** What carrying out asks of others: handed in, so that a test can answer for it. */
export type Hands = {
  claim: (id: string, model: string | null) => Promise<Heard>;
  decline: (id: string, code: string) => Promise<Heard>;
  report: (id: string, first: number, pieces: readonly Piece[], leaving?: boolean) => Promise<Heard>;
  modelOf: (ability: Ability) => PageModel;
  look: (ability: Ability) => Promise<Standing>;
};

export type Offer = { id: string; ability: Ability; page: string | null };

// What one piece holds, in characters.
const LONGEST = 50_000;
const LONGEST_WHOLE = 1_000_000;

export type Carrier = ReturnType<typeof carrier>;

/** Return what carries errands out for the page that calls itself `page`. */
export function carrier(page: string, hands: Hands) {
  /** The errands that are looked at or carried out, each with how to end it. */
  const under = new Map<string, { stop: () => void; leave: () => void }>();

  async function take({ id, ability, page: only }: Offer): Promise<void> {
    if (under.has(id) || (only !== null && only !== page)) return;
    const stopping = new AbortController();
    under.set(id, { stop: () => stopping.abort(), leave: () => stopping.abort() });
    try {
      const standing = await hands.look(ability);
      const missing = missingIn(standing);
      if (missing !== null) {
        if (only === page && !stopping.signal.aborted) await hands.decline(id, missing);
        return;
      }
      if (stopping.signal.aborted) return;
      const model = standing.state === "ready" ? standing.model : null;
      const { body, every } = await hands.claim(id, model);
      if (body) await carryOut(id, hands.modelOf(ability), body as Question, every, stopping);
    } catch {
      // The server cannot be reached: it offers the errand again, or ends it.
    } finally {
      under.delete(id);
    }
  }

  async function carryOut(
    id: string,
    model: PageModel,
    question: Question,
    every: number,
    stopping: AbortController,
  ): Promise<void> {
    const { signal } = stopping;
    const report = reporter({
      send: (first, pieces) => hands.report(id, first, pieces),
      onOver: () => stopping.abort(),
    });
    under.set(id, {
      stop: () => {
        stopping.abort();
        report.end();
      },
      leave: () => {
        const { first, pieces } = report.last();
        stopping.abort();
        report.end();
        void hands.report(id, first, pieces, true).catch(() => undefined);
      },
    });
    const signs = setInterval(report.sign, every * 1000);
    const words = wholeCharacters((text) => report.add({ type: "words", text }));
    try {
      const whole = await model.ask(question, { onWords: words, signal });
      report.add({ type: "done", text: whole === null ? null : wellFormed(whole).slice(0, LONGEST_WHOLE) });
    } catch (error) {
      if (!signal.aborted) report.add(brokenPiece(error));
    } finally {
      await report.done();
      clearInterval(signs);
    }
  }

  return {
    take,
    /** End an errand nobody waits for. */
    end: (id: string) => under.get(id)?.stop(),
    /** Say what there is of every errand, as the page is being left. */
    leave: () => {
      for (const { leave } of under.values()) leave();
    },
  };
}

/** Return why a model that stands so cannot be asked, `null` where it can. */
function missingIn(standing: Standing): string | null {
  switch (standing.state) {
    // Asking it is what settles some of these: it asks the person, and says its own codes.
    case "ready":
    case "asking":
    case "failed":
    case "refused":
    case "looking":
      return null;
    default:
      return standing.state;
  }
}

function brokenPiece(error: unknown): Piece {
  const [code, message] =
    error instanceof Broken ? [error.code, error.message] : ["Error", String(error)];
  return { type: "broke", code: wellFormed(code).slice(0, 80), message: wellFormed(message).slice(0, 2000) };
}

/** Return what passes words on in whole characters: half of one waits for its other half. */
function wholeCharacters(pass: (text: string) => void): (text: string) => void {
  let half = "";
  return (text) => {
    const all = half + text;
    half = /[\uD800-\uDBFF]$/.test(all) ? all.slice(-1) : "";
    const whole = wellFormed(all.slice(0, all.length - half.length));
    for (let at = 0; at < whole.length; at += LONGEST) pass(whole.slice(at, at + LONGEST));
  };
}

const wellFormed = (text: string): string =>
  text.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, "\uFFFD");
