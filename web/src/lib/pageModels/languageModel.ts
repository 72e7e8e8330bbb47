/** The browser's own model, `LanguageModel`. https://developer.chrome.com/docs/ai/prompt-api */

import {
  Broken,
  type Listening,
  type PageModel,
  type Question,
  type Standing,
  type Turn,
} from "@/lib/pageModels/model";

type Availability = "unavailable" | "downloadable" | "downloading" | "available";
type Content = { type: "text" };
type Wanted = { expectedInputs: Content[]; expectedOutputs: Content[] };
type Progress = { loaded: number; total?: number };
type Monitor = { addEventListener: (type: "downloadprogress", on: (event: Progress) => void) => void };
type Params = {
  defaultTemperature: number;
  maxTemperature: number;
  defaultTopK: number;
  maxTopK: number;
};
type Creating = Wanted & {
  initialPrompts?: Turn[];
  temperature?: number;
  topK?: number;
  signal?: AbortSignal;
  monitor?: (monitor: Monitor) => void;
};
type Session = {
  promptStreaming: (
    input: Turn[],
    options: { signal: AbortSignal; responseConstraint?: object },
  ) => ReadableStream<string>;
  destroy: () => void;
  contextWindow?: number;
  /** Its older name. */
  inputQuota?: number;
};

/** The interface, as far as it is used. */
export type LanguageModel = {
  availability: (wanted: Wanted) => Promise<Availability>;
  create: (options: Creating) => Promise<Session>;
  /** Not everywhere: where it is missing, neither temperature nor Top K can be chosen. */
  params?: () => Promise<Params | null>;
};

type Scope = { LanguageModel?: LanguageModel; isSecureContext?: boolean };

// What is to be had is asked for in the words in which it is asked whether it is there.
const WANTED: Wanted = { expectedInputs: [{ type: "text" }], expectedOutputs: [{ type: "text" }] };

/** Return the model that the browser of `scope` has of its own. */
export function languageModel(scope: Scope = window as Scope): PageModel {
  let context: number | null = null;

  /** Begin a conversation, and take note of how much it can hold. */
  async function begin(model: LanguageModel, options: Omit<Creating, keyof Wanted>): Promise<Session> {
    const session = await model.create({ ...WANTED, ...options });
    const most = session.contextWindow ?? session.inputQuota;
    if (most !== undefined && Number.isFinite(most) && most > 0) context = Math.floor(most);
    return session;
  }

  async function look(closely: boolean): Promise<Standing> {
    const model = scope.LanguageModel;
    if (!model) return { state: scope.isSecureContext === false ? "insecure" : "absent" };
    try {
      const found = await model.availability(WANTED);
      if (found === "downloading") return { state: "downloading", loaded: null };
      if (found !== "available") return { state: found };
      if (closely && context === null) (await begin(model, {})).destroy();
      return { state: "ready", model: null, context };
    } catch (error) {
      const { code, message } = broken(error);
      return code === "NotAllowedError" ? { state: "refused" } : { state: "failed", message: message || code };
    }
  }

  async function ask(question: Question, { onWords, signal }: Listening): Promise<null> {
    const model = scope.LanguageModel;
    if (!model) throw new Broken("absent");
    let session: Session | null = null;
    try {
      const { before, input } = parted(question.messages);
      const chosen = await samplersOf(model, question);
      session = await begin(model, { initialPrompts: before, signal, ...chosen });
      const schema = question.response_format?.json_schema?.schema;
      const stream = session.promptStreaming(input, {
        signal,
        ...(schema && { responseConstraint: schema }),
      });
      const reader = stream.getReader();
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        if (!signal.aborted) onWords(read.value);
      }
      return null;
    } catch (error) {
      if (signal.aborted) throw error;
      throw broken(error);
    } finally {
      session?.destroy();
    }
  }

  return {
    look,
    ask,
    download: async (onLoaded) => {
      const model = scope.LanguageModel;
      if (!model) throw new Broken("absent");
      const monitor = (told: Monitor) =>
        told.addEventListener("downloadprogress", ({ loaded, total }) =>
          onLoaded(total ? loaded / total : loaded),
        );
      // Called at once, while the browser still knows of the click.
      (await begin(model, { monitor }).catch((error: unknown) => Promise.reject(broken(error)))).destroy();
    },
  };
}

/** Part a chat into what came before and what is to be answered, begun answers included. */
export function parted(messages: readonly Turn[]): { before: Turn[]; input: Turn[] } {
  const last = messages.at(-1);
  let from = messages.length - 1;
  if (last?.prefix && messages.at(-2)?.role === "user") from -= 1;
  const input = messages.slice(Math.max(0, from)).map(plain);
  // An instruction alone can only be asked as words of the person's.
  const [only] = input;
  if (input.length === 1 && only?.role === "system") input[0] = { ...only, role: "user" };
  return { before: messages.slice(0, Math.max(0, from)).map(plain), input };
}

const plain = ({ role, content, prefix }: Turn): Turn => ({ role, content, ...(prefix && { prefix }) });

/** Return temperature and Top K within what the model takes: it wants both or neither. */
async function samplersOf(
  model: LanguageModel,
  { temperature, top_k }: Question,
): Promise<Pick<Creating, "temperature" | "topK">> {
  if (temperature === undefined && top_k === undefined) return {};
  const params = await model.params?.();
  if (!params) return {};
  return {
    temperature: Math.min(temperature ?? params.defaultTemperature, params.maxTemperature),
    topK: Math.min(top_k ?? params.defaultTopK, params.maxTopK),
  };
}

const broken = (error: unknown): Broken =>
  error instanceof Broken
    ? error
    : error instanceof Error
      ? new Broken(error.name, error.message)
      : new Broken("Error", String(error));
