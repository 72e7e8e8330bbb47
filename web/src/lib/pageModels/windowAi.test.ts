import { describe, expect, it, vi } from "vitest";
import { Broken, type Question } from "@/lib/pageModels/model";
import { type WindowAi, extensionIn, windowAi } from "@/lib/pageModels/windowAi";

type Generate = NonNullable<WindowAi["generateText"]>;
type Options = Parameters<Generate>[1];

const HELLO: Question = { messages: [{ role: "user", content: "Hi" }] };
const said = (content: string, isPartial = true) => ({
  message: { role: "assistant", content },
  ...(isPartial && { isPartial }),
});
const whole = (content: string) => Promise.resolve([said(content, false)]);

/** The extension as its library describes it: it refuses options that are none. */
function extension(generate: Generate): WindowAi {
  return {
    generateText: (input, options) => {
      const known = ["model", "temperature", "maxTokens", "stopSequences", "numOutputs", "onStreamResult"];
      const strange = Object.keys(options).filter((name) => !known.includes(name));
      const numbers = [options.temperature, options.maxTokens].filter((each) => each !== undefined);
      if (strange.length || typeof options.onStreamResult !== "function" || numbers.some((each) => typeof each !== "number")) {
        return Promise.reject(new Error("Invalid options"));
      }
      return generate(input, options);
    },
    getCurrentModel: () => Promise.resolve("openai/gpt-4"),
    addEventListener: () => Promise.resolve("id"),
  };
}

async function heard(ai: unknown, question = HELLO, signal = new AbortController().signal) {
  const pieces: string[] = [];
  const answer = await windowAi({ ai }, () => Promise.resolve()).ask(question, {
    onWords: (text) => pieces.push(text),
    signal,
  });
  return { pieces, answer };
}

/** Time that passes when it is waited for. */
function ticking(at: Record<number, () => void> = {}) {
  let now = 0;
  return {
    wait: async (time: number) => {
      now += time;
      at[now]?.();
    },
    now: () => now,
  };
}

describe("the extension is looked for", () => {
  it("until it is injected", async () => {
    const scope: { ai?: unknown } = {};
    const time = ticking({ 1000: () => (scope.ai = extension(() => whole(""))) });

    const standing = await windowAi(scope, time.wait).look(false);

    expect(standing).toEqual({ state: "ready", model: "openai/gpt-4", context: null });
  });

  it("as long as its own library does, and no longer", async () => {
    const time = ticking();

    expect(await windowAi({}, time.wait).look(false)).toEqual({ state: "absent" });
    expect(time.now()).toBe(2400);
  });

  it.each([undefined, null, {}, { languageModel: {} }, { generateText: "yes" }, 1, "ai"])(
    "by what it can do, not by its name: %j",
    (ai) => {
      expect(extensionIn({ ai })).toBeNull();
    },
  );

  it("by its older name, too", async () => {
    const old = { getCompletion: () => Promise.resolve(said("Hello", false)) };

    expect(await heard(old)).toEqual({ pieces: [], answer: "Hello" });
  });
});

describe("its status", () => {
  const look = (getCurrentModel: WindowAi["getCurrentModel"]) =>
    windowAi({ ai: { ...extension(() => whole("")), getCurrentModel } }, () => Promise.resolve()).look(false);

  it("is ready without a name where another decides", async () => {
    expect(await look(() => Promise.resolve(undefined))).toMatchObject({ state: "ready", model: null });
  });

  it("is not held up by the window that asks the person", async () => {
    expect(await look(() => new Promise(() => undefined))).toEqual({ state: "asking" });
  });

  it("says that the person refused, and anything else", async () => {
    expect(await look(() => Promise.reject("PERMISSION_DENIED"))).toEqual({ state: "refused" });
    expect(await look(() => Promise.reject(new Error("odd")))).toEqual({ state: "failed", message: "odd" });
  });
});

describe("an answer", () => {
  it("comes in pieces, and once more as a whole", async () => {
    const ai = extension((_, { onStreamResult }) => {
      onStreamResult(said("Hel"), null);
      onStreamResult(said("lo"), null);
      return whole("Hello");
    });

    expect(await heard(ai)).toEqual({ pieces: ["Hel", "lo"], answer: "Hello" });
  });

  it("comes at once where the model cannot stream", async () => {
    expect(await heard(extension(() => whole("Hello")))).toEqual({ pieces: [], answer: "Hello" });
  });

  it("of nothing is nothing", async () => {
    expect(await heard(extension(() => Promise.resolve([])))).toEqual({ pieces: [], answer: null });
  });

  it("stops being heard once it is stopped; what came stays", async () => {
    const stopping = new AbortController();
    let hear: Options["onStreamResult"] = () => undefined;
    const ai = extension((_, { onStreamResult }) => {
      hear = onStreamResult;
      onStreamResult(said("Hel"), null);
      return new Promise(() => undefined);
    });
    const pieces: string[] = [];

    const asking = windowAi({ ai }).ask(HELLO, { onWords: (text) => pieces.push(text), signal: stopping.signal });
    await vi.waitFor(() => expect(pieces).toEqual(["Hel"]));
    stopping.abort();
    hear(said("lo"), null);

    await expect(asking).rejects.toMatchObject({ name: "AbortError" });
    expect(pieces).toEqual(["Hel"]);
  });
});

describe("what it is asked", () => {
  const askedWith = async (question: Partial<Question>) => {
    const asked = vi.fn<Generate>(() => whole(""));
    await heard(extension(asked), { ...HELLO, ...question });
    const [input, { onStreamResult, ...options }] = asked.mock.calls[0] as Parameters<Generate>;
    expect(onStreamResult).toBeTypeOf("function");
    return { input, options };
  };

  it("has a temperature always, and no model unless one was named", async () => {
    expect((await askedWith({})).options).toEqual({ temperature: 1 });
    expect((await askedWith({ temperature: 0, model: "local" })).options).toEqual({ temperature: 0, model: "local" });
  });

  it("is written as the extension writes it", async () => {
    const { options } = await askedWith({ max_tokens: 9, stop: "END" });

    expect(options).toEqual({ temperature: 1, maxTokens: 9, stopSequences: ["END"] });
    expect((await askedWith({ stop: ["a", "b"] })).options).toMatchObject({ stopSequences: ["a", "b"] });
  });

  it("is roles and words alone", async () => {
    const messages = [{ role: "assistant" as const, content: "Once", prefix: true }];

    expect((await askedWith({ messages })).input).toEqual({ messages: [{ role: "assistant", content: "Once" }] });
  });
});

describe("a failure", () => {
  const failing = (error: unknown) =>
    extension((_, { onStreamResult }) => {
      onStreamResult(null, error);
      return Promise.reject(error);
    });

  it.each([
    ["NOT_AUTHENTICATED", "NOT_AUTHENTICATED", ""],
    ["PERMISSION_DENIED", "PERMISSION_DENIED", ""],
    ["INVALID_REQUEST", "INVALID_REQUEST", ""],
    ["PAYMENT_REQUIRED", "PAYMENT_REQUIRED", ""],
    ["MODEL_REJECTED_REQUEST: 429: Slow down", "MODEL_REJECTED_REQUEST", "429: Slow down"],
    [new Error("PERMISSION_DENIED"), "PERMISSION_DENIED", ""],
    [new Error("Invalid options"), "INVALID_REQUEST", "Invalid options"],
    [new TypeError("odd"), "TypeError", "odd"],
    ["odd", "Error", "odd"],
  ])("is told once: %s", async (error, code, message) => {
    const asking = heard(failing(error));

    await expect(asking).rejects.toBeInstanceOf(Broken);
    await expect(asking).rejects.toMatchObject({ code, message });
  });

  it("to find the request is tried again once", async () => {
    let tries = 0;
    const lost = extension(() => (++tries < 2 ? Promise.reject("REQUEST_NOT_FOUND") : whole("Hello")));
    const never = vi.fn<Generate>(() => Promise.reject("REQUEST_NOT_FOUND"));

    expect((await heard(lost)).answer).toBe("Hello");
    await expect(heard(extension(never))).rejects.toMatchObject({ code: "REQUEST_NOT_FOUND" });
    expect(never).toHaveBeenCalledTimes(2);
  });
});

describe("that the model is another", () => {
  it("is told by one handler, however often it is asked for", async () => {
    const handlers: ((event: string, data: unknown) => void)[] = [];
    const ai = { ...extension(() => whole("")), addEventListener: async (on: (typeof handlers)[0]) => `${handlers.push(on)}` };
    const model = windowAi({ ai });
    const changed = vi.fn();

    model.watch?.(changed);
    model.watch?.(changed);
    await vi.waitFor(() => expect(handlers).toHaveLength(1));
    handlers[0]?.("error", "NOT_AUTHENTICATED");
    handlers[0]?.("model_changed", { model: "local" });

    expect(changed).toHaveBeenCalledTimes(1);
  });
});
