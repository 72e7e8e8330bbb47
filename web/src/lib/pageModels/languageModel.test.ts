import { describe, expect, it, vi } from "vitest";
import { type LanguageModel, languageModel, parted } from "@/lib/pageModels/languageModel";
import type { Question, Turn } from "@/lib/pageModels/model";

type Creating = Parameters<LanguageModel["create"]>[0];

const HELLO: Question = { messages: [{ role: "user", content: "Hi" }] };
const streamOf = (...pieces: string[]) =>
  new ReadableStream<string>({
    start: (out) => {
      for (const piece of pieces) out.enqueue(piece);
      out.close();
    },
  });

/** The interface as it is documented: strict about roles, and about temperature and Top K. */
function standIn({
  availability = "available",
  stream = () => streamOf("Hel", "lo"),
  params,
  create = () => undefined,
}: {
  availability?: Awaited<ReturnType<LanguageModel["availability"]>>;
  stream?: (input: Turn[], options: { signal: AbortSignal; responseConstraint?: object }) => ReadableStream<string>;
  params?: LanguageModel["params"];
  create?: (options: Creating) => void;
} = {}) {
  const destroyed = vi.fn();
  const LanguageModel: LanguageModel = {
    availability: () => Promise.resolve(availability),
    ...(params && { params }),
    create: async (options) => {
      create(options);
      if ((options.temperature === undefined) !== (options.topK === undefined)) {
        throw new DOMException("both or neither", "NotSupportedError");
      }
      if (options.initialPrompts?.some(({ role }, at) => role === "system" && at > 0)) {
        throw new TypeError("system first");
      }
      return {
        contextWindow: 9216,
        destroy: destroyed,
        promptStreaming: (input, asked) => {
          if (input.some(({ role }) => role === "system")) throw new DOMException("system", "NotSupportedError");
          return stream(input, asked);
        },
      };
    },
  };
  return { model: languageModel({ LanguageModel }), destroyed };
}

async function heard(model: ReturnType<typeof languageModel>, question = HELLO, signal = new AbortController().signal) {
  const pieces: string[] = [];
  await model.ask(question, { onWords: (text) => pieces.push(text), signal });
  return pieces;
}

describe("how the browser's model stands", () => {
  it("is as the browser says", async () => {
    const states = ["unavailable", "downloadable", "downloading", "available"] as const;
    const found = states.map((availability) => standIn({ availability }).model.look(false));

    expect((await Promise.all(found)).map(({ state }) => state)).toEqual([
      "unavailable",
      "downloadable",
      "downloading",
      "ready",
    ]);
  });

  it("tells apart that there is none from that the page may not have it", async () => {
    expect(await languageModel({ isSecureContext: true }).look(false)).toEqual({ state: "absent" });
    expect(await languageModel({ isSecureContext: false }).look(false)).toEqual({ state: "insecure" });
  });

  it("knows how much it can read once a conversation was begun, which is not begun in vain", async () => {
    const { model, destroyed } = standIn();

    expect(await model.look(false)).toMatchObject({ context: null });
    expect(await model.look(true)).toMatchObject({ context: 9216 });
    expect(destroyed).toHaveBeenCalledTimes(1);
    expect(await model.look(false)).toMatchObject({ context: 9216 });
  });
});

describe("a download", () => {
  it("says how far it is, by shares or by bytes", async () => {
    const loaded: (number | null)[] = [];
    const { model } = standIn({
      create: ({ monitor }) =>
        monitor?.({
          addEventListener: (_, on) => {
            on({ loaded: 0.5 });
            on({ loaded: 3, total: 4 });
          },
        }),
    });

    await model.download?.((share) => loaded.push(share));

    expect(loaded).toEqual([0.5, 0.75]);
  });

  it("that the browser does not allow says so", async () => {
    const { model } = standIn({
      create: () => {
        throw new DOMException("no click", "NotAllowedError");
      },
    });

    await expect(model.download?.(() => undefined)).rejects.toMatchObject({ code: "NotAllowedError" });
  });
});

describe("an answer", () => {
  it("comes in pieces, and its conversation is ended", async () => {
    const { model, destroyed } = standIn();

    expect(await heard(model)).toEqual(["Hel", "lo"]);
    expect(destroyed).toHaveBeenCalledTimes(1);
  });

  it("is stopped by the browser", async () => {
    const stopping = new AbortController();
    const { model, destroyed } = standIn({
      stream: (_, { signal }) =>
        new ReadableStream({
          start: (out) => {
            out.enqueue("Hel");
            signal.addEventListener("abort", () => out.error(new DOMException("Stopped", "AbortError")));
          },
        }),
    });
    const pieces: string[] = [];

    const asking = model.ask(HELLO, { onWords: (text) => pieces.push(text), signal: stopping.signal });
    await vi.waitFor(() => expect(pieces).toEqual(["Hel"]));
    stopping.abort();

    await expect(asking).rejects.toMatchObject({ name: "AbortError" });
    expect(destroyed).toHaveBeenCalledTimes(1);
  });

  it.each(["QuotaExceededError", "NotSupportedError", "NotAllowedError", "OperationError"])(
    "that breaks off has the browser's own name for it: %s",
    async (name) => {
      const { model } = standIn({
        stream: () => {
          throw new DOMException("why", name);
        },
      });

      await expect(heard(model)).rejects.toMatchObject({ code: name, message: "why" });
    },
  );
});

describe("what it is asked", () => {
  it("is what came before and what is to be answered", () => {
    const turns: Turn[] = [
      { role: "system", content: "Be brief." },
      { role: "user", content: "One" },
      { role: "assistant", content: "Two" },
      { role: "user", content: "Three" },
    ];

    expect(parted(turns)).toEqual({ before: turns.slice(0, 3), input: turns.slice(3) });
  });

  it("goes on with a begun answer below what it answers", () => {
    const turns: Turn[] = [
      { role: "system", content: "Be brief." },
      { role: "user", content: "One" },
      { role: "assistant", content: "Tw", prefix: true },
    ];

    expect(parted(turns)).toEqual({ before: turns.slice(0, 1), input: turns.slice(1) });
  });

  it("is never an instruction alone, nor nothing", () => {
    expect(parted([{ role: "system", content: "x" }]).input).toEqual([{ role: "user", content: "x" }]);
    expect(parted([])).toEqual({ before: [], input: [] });
  });

  it("has temperature and Top K together, within what it takes", async () => {
    const params = async () => ({ defaultTemperature: 1, maxTemperature: 2, defaultTopK: 3, maxTopK: 8 });
    const created: Creating[] = [];
    const { model } = standIn({ params, create: (options) => created.push(options) });

    await heard(model, { ...HELLO, temperature: 0.5 });
    await heard(model, { ...HELLO, temperature: 3, top_k: 99 });
    await heard(model);

    expect(created.map(({ temperature, topK }) => [temperature, topK])).toEqual([
      [0.5, 3],
      [2, 8],
      [undefined, undefined],
    ]);
  });

  it("has neither where the browser lets no page choose them", async () => {
    const created: Creating[] = [];
    const { model } = standIn({ create: (options) => created.push(options) });

    expect(await heard(model, { ...HELLO, temperature: 0.5 })).toEqual(["Hel", "lo"]);
    expect(created[0]).not.toHaveProperty("temperature");
  });

  it("may bind the answer to a schema", async () => {
    const stream = vi.fn<NonNullable<Parameters<typeof standIn>[0]>["stream"] & object>(() => streamOf("{}"));
    const { model } = standIn({ stream });

    await heard(model, { ...HELLO, response_format: { type: "json_schema", json_schema: { schema: { type: "object" } } } });

    expect(stream.mock.calls[0]?.[1]).toMatchObject({ responseConstraint: { type: "object" } });
  });
});
