import { describe, expect, it, vi } from "vitest";
import type { Heard, Piece } from "@/api/errands";
import { ProblemError, Unreachable } from "@/api/problems";
import { type Hands, carrier } from "@/features/errands/carrying";
import { reporter } from "@/features/errands/reporter";
import { Broken, type Listening, type Standing, stopped } from "@/lib/pageModels/model";

const READY: Standing = { state: "ready", model: "a/b", context: null };
const heard = (more: Partial<Heard> = {}): Heard => ({ ended: false, taken: false, next: 1, every: 3, body: null, ...more });

/** A server that hears each piece once, and what was sent to it. */
function server(standing: Standing = READY) {
  const pieces: Piece[] = [];
  let model: (listening: Listening) => Promise<string | null> = async () => null;
  const claim = vi.fn<Hands["claim"]>(async () => heard({ body: { messages: [] } }));
  const decline = vi.fn<Hands["decline"]>(async () => heard());
  const report = vi.fn<Hands["report"]>(async (_, first, came) => {
    pieces.push(...came.slice(Math.max(0, pieces.length + 1 - first)));
    return heard({ next: pieces.length + 1 });
  });
  const hands: Hands = {
    claim,
    decline,
    report,
    look: async () => standing,
    modelOf: () => ({ look: async () => standing, ask: (_, listening) => model(listening) }),
  };
  return {
    pieces,
    claim,
    decline,
    report,
    words: () => pieces.map((piece) => (piece.type === "words" ? piece.text : "")).join(""),
    carry: (answer: typeof model) => {
      model = answer;
      return carrier("me", hands);
    },
  };
}

const OFFER = { id: "e1", ability: "window.ai" as const, page: "me" };

describe("an errand", () => {
  it("is taken on, carried out and reported", async () => {
    const there = server();
    const carry = there.carry(async ({ onWords }) => {
      onWords("Hel");
      onWords("lo");
      return "Hello";
    });

    await carry.take(OFFER);

    expect(there.claim).toHaveBeenCalledWith("e1", "a/b");
    expect(there.words()).toBe("Hello");
    expect(there.pieces.at(-1)).toEqual({ type: "done", text: "Hello" });
  });

  it("for another page is left to it", async () => {
    const there = server();

    await there.carry(async () => "x").take({ ...OFFER, page: "other" });

    expect(there.claim).not.toHaveBeenCalled();
  });

  it("that another page took is left to it", async () => {
    const there = server();
    there.claim.mockResolvedValue(heard({ taken: true }));

    await there.carry(async () => "x").take({ ...OFFER, page: null });

    expect(there.report).not.toHaveBeenCalled();
  });

  it("offered twice is carried out once", async () => {
    const there = server();
    const carry = there.carry(async () => "x");

    await Promise.all([carry.take(OFFER), carry.take(OFFER)]);

    expect(there.claim).toHaveBeenCalledTimes(1);
  });

  it("that this page cannot do is declined with the reason", async () => {
    const there = server({ state: "downloadable" });

    await there.carry(async () => "x").take(OFFER);

    expect(there.decline).toHaveBeenCalledWith("e1", "downloadable");
    expect(there.claim).not.toHaveBeenCalled();
  });

  it("that breaks off says why, and what came before", async () => {
    const there = server();

    await there
      .carry(async ({ onWords }) => {
        onWords("half");
        throw new Broken("PAYMENT_REQUIRED");
      })
      .take(OFFER);

    expect(there.words()).toBe("half");
    expect(there.pieces.at(-1)).toEqual({ type: "broke", code: "PAYMENT_REQUIRED", message: "" });
  });

  it("nobody waits for any more is stopped", async () => {
    const there = server();
    let listening: Listening | null = null;
    const carry = there.carry((given) => {
      listening = given;
      given.onWords("a");
      return stopped(given.signal);
    });

    const taking = carry.take(OFFER);
    await vi.waitFor(() => expect(there.words()).toBe("a"));
    carry.end("e1");
    await taking;
    (listening as Listening | null)?.onWords("late");

    expect(there.pieces).toEqual([{ type: "words", text: "a" }]);
  });

  it("says what is there as the page is left", async () => {
    const there = server();
    const carry = there.carry(({ onWords, signal }) => {
      onWords("Once upon");
      return stopped(signal);
    });

    const taking = carry.take(OFFER);
    await vi.waitFor(() => expect(there.words()).toBe("Once upon"));
    carry.leave();
    await taking;

    expect(there.report).toHaveBeenLastCalledWith("e1", 2, [{ type: "left" }], true);
  });

  it("passes on whole characters only", async () => {
    const there = server();

    await there
      .carry(async ({ onWords }) => {
        for (const half of ["a\ud83d", "\ude00b", "\ude00"]) onWords(half);
        return "a\ud83d";
      })
      .take(OFFER);

    expect(there.words()).toBe("a😀b\ufffd");
    expect(there.pieces.at(-1)).toEqual({ type: "done", text: "a\ufffd" });
  });
});

describe("a report", () => {
  const words = (text: string): Piece => ({ type: "words", text });
  const at = () => Promise.resolve();

  it("that did not arrive is sent again as it was", async () => {
    const sent: [number, readonly Piece[]][] = [];
    const send = async (first: number, pieces: readonly Piece[]) => {
      sent.push([first, pieces]);
      if (sent.length === 1) throw new Unreachable();
      return heard({ next: first + pieces.length });
    };
    const report = reporter({ send, onOver: () => undefined, wait: at });

    report.add(words("a"));
    report.add(words("b"));
    report.add(words("c"));
    await report.done();

    expect(sent[0]).toEqual([1, [words("a")]]);
    expect(sent.slice(1).flatMap(([, pieces]) => pieces)).toEqual([words("a"), words("bc")]);
  });

  it("is not sent for ever", async () => {
    const over = vi.fn();
    const send = vi.fn(() => Promise.reject(new Unreachable()));
    const report = reporter({ send, onOver: over, wait: at });

    report.add(words("a"));
    await report.done();

    expect(over).toHaveBeenCalledTimes(1);
    expect(send.mock.calls.length).toBeLessThan(20);
  });

  it("of what the server does not know is the last", async () => {
    const over = vi.fn();
    const gone = new ProblemError(404, "There is no such errand.");
    const send = vi.fn(() => Promise.reject(gone));
    const report = reporter({ send, onOver: over, wait: at });

    report.add(words("a"));
    await report.done();

    expect([over.mock.calls.length, send.mock.calls.length]).toEqual([1, 1]);
  });

  it("fits into what may be sent while leaving", async () => {
    const report = reporter({ send: () => new Promise(() => undefined), onOver: () => undefined });

    for (let piece = 0; piece < 5; piece += 1) report.add({ type: "words", text: "x".repeat(50_000) });
    const { first, pieces } = report.last();

    expect(JSON.stringify(pieces).length).toBeLessThan(60_000);
    expect([first, pieces.at(-1)]).toEqual([1, { type: "left" }]);
  });
});
