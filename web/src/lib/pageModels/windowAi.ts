/** The Window AI extension, which puts `window.ai` into the page. https://windowai.io */

import {
  Broken,
  type Listening,
  type PageModel,
  type Question,
  type Standing,
  pause,
  stopped,
} from "@/lib/pageModels/model";

type Output = { text?: string; message?: { content?: string }; isPartial?: boolean };
type Options = {
  model?: string;
  temperature: number;
  maxTokens?: number;
  stopSequences?: string[];
  onStreamResult: (result: Output | null, error: unknown) => void;
};
type Asked = { messages: { role: string; content: string }[] };
type Generate = (input: Asked, options: Options) => Promise<Output | Output[]>;

/** What the extension injects. Other things are called `ai` too, and have none of these. */
export type WindowAi = {
  generateText?: Generate;
  /** Its older name. */
  getCompletion?: Generate;
  getCurrentModel?: () => Promise<string | undefined>;
  addEventListener?: (handler: (event: string, data: unknown) => void) => Promise<string>;
};

type Scope = { ai?: unknown };

// It is injected once the page has loaded: as long as its own library looks for it.
const LOOK_EVERY = 100;
const LOOK_FOR = 2400;
// The window that asks the person may hold this up, and must not hold up the status.
const STATUS_WITHIN = 5000;
/** What it takes where nobody chose: left out, the extension would take 0. */
const TEMPERATURE = 1;

const CODES = [
  "NOT_AUTHENTICATED",
  "PERMISSION_DENIED",
  "REQUEST_NOT_FOUND",
  "INVALID_REQUEST",
  "PAYMENT_REQUIRED",
  "MODEL_REJECTED_REQUEST",
] as const;

const MODEL_CHANGED = "model_changed";

/** Return the extension's object, if that is what `scope` has. */
export function extensionIn(scope: Scope): WindowAi | null {
  const ai = scope.ai as WindowAi | null | undefined;
  return typeof ai?.generateText === "function" || typeof ai?.getCompletion === "function" ? ai : null;
}

/** Return the model behind the extension of `scope`. */
export function windowAi(scope: Scope = window as Scope, wait = pause): PageModel {
  /** Handlers cannot be taken back: there is one for each object. */
  const watched = new WeakSet<WindowAi>();

  async function find(): Promise<WindowAi | null> {
    for (let waited = 0; waited < LOOK_FOR; waited += LOOK_EVERY) {
      const found = extensionIn(scope);
      if (found) return found;
      await wait(LOOK_EVERY);
    }
    return extensionIn(scope);
  }

  async function look(): Promise<Standing> {
    const ai = await find();
    if (!ai) return { state: "absent" };
    const late = Symbol("late");
    try {
      const model = await Promise.race([
        Promise.resolve(ai.getCurrentModel?.()),
        wait(STATUS_WITHIN).then(() => late),
      ]);
      if (model === late) return { state: "asking" };
      return { state: "ready", model: typeof model === "string" && model ? model : null, context: null };
    } catch (error) {
      const { code, message } = broken(error);
      return code === "PERMISSION_DENIED" ? { state: "refused" } : { state: "failed", message: message || code };
    }
  }

  async function ask(question: Question, listening: Listening): Promise<string | null> {
    const ai = await find();
    if (!ai) throw new Broken("absent");
    let said = false;
    const heard = { ...listening, onWords: (text: string) => ((said = true), listening.onWords(text)) };
    try {
      return await askOnce(ai, question, heard);
    } catch (error) {
      const lost = error instanceof Broken && error.code === "REQUEST_NOT_FOUND";
      if (!lost || said) throw error;
      return await askOnce(ai, question, heard);
    }
  }

  return {
    look,
    ask,
    watch: (onChange) =>
      void find().then((ai) => {
        if (!ai?.addEventListener || watched.has(ai)) return;
        watched.add(ai);
        void ai.addEventListener((event) => {
          if (event === MODEL_CHANGED) onChange();
        });
      }),
  };
}

async function askOnce(ai: WindowAi, question: Question, { onWords, signal }: Listening): Promise<string | null> {
  const generate = ai.generateText?.bind(ai) ?? ai.getCompletion?.bind(ai);
  if (!generate) throw new Broken("absent");
  try {
    // A failure is told twice, here and by the promise: the first one counts.
    const answer = await new Promise<Output | Output[]>((resolve, reject) => {
      const onStreamResult = (result: Output | null, error: unknown) => {
        if (signal.aborted) return;
        if (error != null) reject(error);
        else if (result) onWords(wordsOf(result) ?? "");
      };
      stopped(signal).catch(reject);
      generate(asked(question), { ...optionsOf(question), onStreamResult }).then(resolve, reject);
    });
    const first = Array.isArray(answer) ? answer[0] : answer;
    return first ? wordsOf(first) : null;
  } catch (error) {
    if (signal.aborted) throw error;
    throw broken(error);
  }
}

const asked = (question: Question): Asked => ({
  messages: question.messages.map(({ role, content }) => ({ role, content })),
});

function optionsOf(question: Question): Omit<Options, "onStreamResult"> {
  const { stop } = question;
  return {
    temperature: question.temperature ?? TEMPERATURE,
    ...(question.model !== undefined && { model: question.model }),
    ...(question.max_tokens !== undefined && { maxTokens: question.max_tokens }),
    ...(stop !== undefined && { stopSequences: typeof stop === "string" ? [stop] : [...stop] }),
  };
}

const wordsOf = ({ message, text }: Output): string | null => message?.content ?? text ?? null;

/** Return what was thrown as what it means: the extension throws its codes as bare text. */
function broken(error: unknown): Broken {
  const text = error instanceof Error ? error.message : String(error);
  const code = CODES.find((each) => text.startsWith(each));
  if (code) return new Broken(code, text.slice(code.length).replace(/^[\s:]+/, ""));
  if (text.includes("Invalid options")) return new Broken("INVALID_REQUEST", text);
  return new Broken(error instanceof Error ? error.name : "Error", text);
}
