/** Models that live in a browser: what each of them offers to the page, whatever it is. */

/** What a page must have, as the server names it. */
export type Ability = "window.ai" | "language-model";

/** How a model stands in this page. */
export type Standing =
  | { state: "looking" }
  /** `context`: how many tokens it can read, where that is known. */
  | { state: "ready"; model: string | null; context: number | null }
  /** The browser has no such thing. */
  | { state: "absent" }
  /** The page is not served in a way that lets it have one. */
  | { state: "insecure" }
  /** The browser has it, and this computer cannot run it. */
  | { state: "unavailable" }
  | { state: "downloadable" }
  /** `loaded`: from 0 to 1, where that is known. */
  | { state: "downloading"; loaded: number | null }
  /** It asks the person whether this page may use it. */
  | { state: "asking" }
  | { state: "refused" }
  | { state: "failed"; message: string };

/** What is asked, as the server writes it: OpenAI's shape, words alone. */
export type Question = {
  messages: readonly Turn[];
  model?: string;
  temperature?: number;
  top_k?: number;
  max_tokens?: number;
  stop?: string | readonly string[];
  response_format?: { type: string; json_schema?: { schema?: object } };
};

export type Turn = { role: "system" | "user" | "assistant"; content: string; prefix?: boolean };

export type Listening = {
  /** Is given more words of the answer. */
  onWords: (text: string) => void;
  /** Ends it. What does not let itself be ended is not listened to any more. */
  signal: AbortSignal;
};

/** A model that this page may have. */
export type PageModel = {
  /** Return how it stands. `closely`: also what takes it a moment to say. */
  look: (closely: boolean) => Promise<Standing>;
  /** Return the whole answer where it says it once more at the end. Throws `Broken`. */
  ask: (question: Question, listening: Listening) => Promise<string | null>;
  /** Have it downloaded. To be called when the person clicks. */
  download?: (onLoaded: (loaded: number | null) => void) => Promise<void>;
  /** Be told when it is another than before. */
  watch?: (onChange: () => void) => void;
};

/** An answer that broke off, by the model's own code. */
export class Broken extends Error {
  constructor(
    readonly code: string,
    message = "",
  ) {
    super(message);
    this.name = "Broken";
  }
}

/** Return a promise that is rejected once `signal` says so, and never fulfilled. */
export function stopped(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(new DOMException("Stopped", "AbortError"));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

export const pause = (time: number): Promise<void> => new Promise((done) => setTimeout(done, time));
