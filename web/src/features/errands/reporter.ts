/** Reports what a model says: in numbered pieces, one report after another, until all are heard. */

import type { Heard, Piece } from "@/api/errands";
import { ProblemError, Unreachable } from "@/api/problems";
import { pause } from "@/lib/pageModels/model";

export type Send = (first: number, pieces: readonly Piece[]) => Promise<Heard>;

type Reporting = {
  send: Send;
  /** Is called once nobody waits for more, or nobody can be reached. */
  onOver: () => void;
  wait?: (time: number) => Promise<void>;
};

// Milliseconds between two tries, and tries in a row until nobody is thought to listen.
const TRY_AGAIN = 600;
const MOST_TRIES = 12;
// What one report holds, in characters, and what one that is sent while leaving may.
const LONGEST = 50_000;
const LONGEST_LAST = 15_000;
const MOST_PIECES = 200;

export type Reporter = ReturnType<typeof reporter>;

/** Return what reports through `send`. */
export function reporter({ send, onOver, wait = pause }: Reporting) {
  /** The number of the first piece that may be unheard, and all from it on. */
  let first = 1;
  let unheard: Piece[] = [];
  /** How many of these are on their way: they stay as they are. */
  let onTheWay = 0;
  let isOver = false;
  let sending: Promise<void> | null = null;

  function over(): void {
    if (isOver) return;
    isOver = true;
    unheard = [];
    onOver();
  }

  /** Send all that is there, one report at a time. */
  async function sendAll(sign: boolean): Promise<void> {
    let tries = 0;
    let isDue = sign;
    while (!isOver && (unheard.length > 0 || isDue)) {
      isDue = false;
      const fit = fitting(unheard, LONGEST);
      // One that fits nowhere goes alone.
      const pieces = fit.length ? fit : unheard.slice(0, 1);
      onTheWay = pieces.length;
      try {
        const heard = await send(first, pieces);
        if (heard.ended || heard.taken) return over();
        if (pieces.length > 0 && heard.next <= first) throw new Unreachable();
        tries = 0;
        unheard = unheard.slice(heard.next - first);
        first = heard.next;
      } catch (error) {
        const refused = error instanceof ProblemError && error.status < 500 && error.status !== 429;
        tries += 1;
        if (refused || tries >= MOST_TRIES) return over();
        await wait(TRY_AGAIN);
        isDue = true;
      } finally {
        onTheWay = 0;
      }
    }
  }

  function flush(sign = false): void {
    sending ??= sendAll(sign).finally(() => {
      sending = null;
      if (!isOver && unheard.length > 0) flush();
    });
  }

  return {
    /** Take a piece, to be reported soon; words that wait are joined. */
    add: (piece: Piece) => {
      if (isOver) return;
      const last = unheard.at(-1);
      const mayGrow = unheard.length > onTheWay && last?.type === "words" && last.text.length < LONGEST;
      if (mayGrow && piece.type === "words") {
        unheard[unheard.length - 1] = { type: "words", text: last.text + piece.text };
      } else {
        unheard.push(piece);
      }
      flush();
    },
    /** Show that the page is still there. */
    sign: () => flush(true),
    /** Return what to send while the page is being left, as much as may be sent then. */
    last: (): { first: number; pieces: Piece[] } => {
      const pieces = [...fitting(unheard, LONGEST_LAST), { type: "left" } as const];
      return { first, pieces };
    },
    /** Report no more. */
    end: over,
    /** Wait until all is heard. */
    done: async () => {
      while (sending) await sending;
    },
  };
}

/** Return the first of `pieces` that fit into one report of `longest` characters. */
function fitting(pieces: readonly Piece[], longest: number): Piece[] {
  let size = 0;
  const over = pieces.slice(0, MOST_PIECES).findIndex((piece) => (size += sizeOf(piece)) > longest);
  return pieces.slice(0, over < 0 ? MOST_PIECES : over);
}

const sizeOf = (piece: Piece): number => ("text" in piece ? (piece.text?.length ?? 0) : 1);
