"""Stand-ins for the models a browser may have: they take what is documented, and nothing else.

What they answer is up to the last message: `slow` streams until it is stopped, `whole` says all
at once, `fail CODE` and `error CODE` fail, anything else is echoed in pieces. `window.asked` holds
what they were asked.
"""

import json

from playwright.sync_api import Page

_COMMON = """
  const asked = (window.asked ??= []);
  const pause = (time) => new Promise((done) => setTimeout(done, time));
  const last = (messages) => messages.findLast(({ role }) => role === "user")?.content ?? "";
  async function* piecesOf(text) {
    if (text === "slow") {
      for (let at = 0; at < 3000; at += 1) { yield `w${at} `; await pause(20); }
      return;
    }
    for (const word of `You said: ${text}`.match(/\\S+\\s*/g)) { yield word; await pause(10); }
  }
"""

EXTENSION = (
    """(({ after = 0, foreign = false, model = "openai/gpt-4" }) => {"""
    + _COMMON
    + """
  const known = new Set(["model", "temperature", "maxTokens", "stopSequences", "onStreamResult"]);
  const handlers = [];
  const check = (input, options) => {
    if (Object.keys(options).some((name) => !known.has(name))) throw new Error("Invalid options");
    if (typeof options.temperature !== "number") throw new Error("Invalid options");
    const plain = ({ role, content, ...rest }) =>
      ["system", "user", "assistant"].includes(role) &&
      typeof content === "string" && Object.keys(rest).length === 0;
    const isChat = Object.keys(input).join() === "messages" && input.messages.every(plain);
    if (!isChat) throw "INVALID_REQUEST";
  };
  const said = (content) => ({ message: { role: "assistant", content } });
  const ai = {
    __window_ai_metadata__: { domain: "https://windowai.io", version: "0.0.21" },
    generateText: async (input, options) => {
      check(input, options);
      const { onStreamResult, ...plain } = options;
      asked.push({ input, options: plain });
      const text = last(input.messages);
      const [verb, code] = text.split(" ");
      if (verb === "fail" || verb === "error") {
        const error = verb === "fail" ? text.slice(5) : new Error(text.slice(6));
        await pause(20);
        onStreamResult(null, error);
        throw error;
      }
      if (text === "whole") return [said("All at once.")];
      let all = "";
      for await (const piece of piecesOf(text)) {
        all += piece;
        onStreamResult({ ...said(piece), isPartial: true }, null);
      }
      return [said(all)];
    },
    getCurrentModel: async () => {
      if (window.refuses) throw "PERMISSION_DENIED";
      return window.model ?? model;
    },
    addEventListener: async (handler) => `${handlers.push(handler)}`,
  };
  window.becomes = (name) => {
    window.model = name;
    for (const handler of handlers) handler("model_changed", { model: name });
  };
  window.handlers = handlers;
  if (foreign) window.ai = { languageModel: {} };
  else if (after) setTimeout(() => (window.ai ??= ai), after);
  else window.ai = ai;
})"""
)

BUILT_IN = (
    """(({ state = "available" }) => {"""
    + _COMMON
    + """
  window.availability = state;
  const refuse = (name) => { throw new DOMException("why", name); };
  const has = ({ expectedInputs = [], expectedOutputs = [] } = {}) => {
    const isText = ({ type }) => type === "text";
    if (![...expectedInputs, ...expectedOutputs].every(isText)) refuse("NotSupportedError");
  };
  class Session {
    contextWindow = 9216;
    contextUsage = 0;
    constructor(initial) { this.initial = initial; }
    destroy() { this.isGone = true; }
    promptStreaming(input, { signal, responseConstraint } = {}) {
      if (this.isGone) refuse("InvalidStateError");
      if (!Array.isArray(input) || input.length === 0) throw new TypeError("input");
      if (input.some(({ role }) => role === "system")) refuse("NotSupportedError");
      asked.push({ initial: this.initial, input, constraint: responseConstraint ?? null });
      const text = last(input);
      return new ReadableStream({
        async start(out) {
          const stop = () => { window.aborted = true; out.error(signal.reason); };
          signal?.addEventListener("abort", stop);
          if (text.startsWith("fail ")) return out.error(new DOMException("why", text.slice(5)));
          for await (const piece of piecesOf(text)) {
            if (signal?.aborted) return;
            out.enqueue(piece);
          }
          signal?.removeEventListener("abort", stop);
          out.close();
        },
      });
    }
  }
  window.LanguageModel = class LanguageModel {
    static async availability(options) { has(options); return window.availability; }
    static async create(options = {}) {
      const { initialPrompts = [], monitor, signal, temperature, topK } = options;
      has(options);
      const isLate = ({ role }, at) => role === "system" && at > 0;
      if (initialPrompts.some(isLate)) throw new TypeError("system");
      if ((temperature === undefined) !== (topK === undefined)) refuse("NotSupportedError");
      if (window.availability === "unavailable") refuse("NotSupportedError");
      if (window.availability !== "available") {
        if (!navigator.userActivation.isActive) refuse("NotAllowedError");
        window.availability = "downloading";
        const target = new EventTarget();
        monitor?.(target);
        for (const loaded of [0, 0.4]) {
          target.dispatchEvent(Object.assign(new Event("downloadprogress"), { loaded, total: 1 }));
        }
        await new Promise((done) => (window.finishDownload = done));
        window.availability = "available";
      }
      signal?.throwIfAborted();
      return new Session(initialPrompts);
    }
  };
})"""
)


def with_extension(page: Page, **options: object) -> None:
    """Have the extension put its object into whatever `page` opens."""
    _add(page, EXTENSION, options)


def with_built_in(page: Page, **options: object) -> None:
    """Have the browser bring a model of its own."""
    _add(page, BUILT_IN, options)


def _add(page: Page, script: str, options: dict[str, object]) -> None:
    page.add_init_script(f"{script}({json.dumps(options)})")
