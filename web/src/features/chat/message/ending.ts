/** How an answer ended, where it did not simply end: what happened, and the ways out. */

import type { Message, Reply } from "@/api/messages";
import { told } from "@/lib/words";

export type WayOut = "retry" | "continue" | "useOtherConnection";

export type Ending = {
  /** Trouble stands in the place of the answer, a note below it. */
  tone: "trouble" | "note";
  /** What happened, an English sentence of the page. */
  sentence: string;
  /** The provider's own words. */
  words: string | null;
  ways: readonly WayOut[];
  /** Seconds to wait, where the provider says so. */
  after: number | null;
};

/** What each reason means to the person, and what can be done. */
export const REASONS: Record<string, string> = {
  auth: "The key was refused by the provider.",
  permission: "The key may not use this model.",
  billing: "There is no credit left at the provider.",
  not_found: "The provider does not know this model or address.",
  too_large: "The chat is too long for this model.",
  rate_limit: "The provider asks to wait: too many requests.",
  overloaded: "The provider is overloaded just now.",
  invalid: "The provider did not accept the request.",
  filtered: "The provider's filter refused this.",
  upstream: "The provider failed while it answered.",
  unreachable: "The provider cannot be reached.",
  tls: "The connection to the provider is not secure: its certificate was refused.",
  timeout: "The provider did not answer in time.",
  not_an_api: "This address answers with something that is not an API.",
  interrupted: "The answer was cut off by the provider.",
};

/** And those of our own, where no provider is at fault: a model in a browser has none. */
const OWN_REASONS: Record<string, string> = {
  page_gone: "The page that wrote this is gone.",
  needs_page: "This model lives in a browser.",
  no_page: "No open page has this model.",
};

const EVERY: readonly WayOut[] = ["retry", "useOtherConnection"];

/** Return how the answer in `message` ended; `null` where there is nothing to say. */
export function endingOf(message: Message): Ending | null {
  const { reply, text } = message;
  if (!reply) return null;
  const says = text !== "" || message.parts.some((part) => part.type !== "reasoning");
  const goOn: readonly WayOut[] = text === "" ? [] : ["continue"];
  const plain = { words: null, after: null };
  if (reply.error) {
    return {
      tone: "trouble",
      sentence: OWN_REASONS[reply.error.code ?? ""] ?? REASONS[reply.error.reason] ?? "The provider failed.",
      words: reply.error.message || null,
      ways: ["retry", ...goOn, "useOtherConnection"],
      after: reply.error.retry_after ?? null,
    };
  }
  switch (reply.finish) {
    case "failed":
    case "error":
      return { ...plain, tone: "trouble", sentence: "The provider failed.", ways: EVERY };
    case "interrupted":
      return {
        ...plain,
        tone: "trouble",
        sentence: "Tapster ended while this was being written. What had come is kept.",
        ways: [...goOn, "retry"],
      };
    case "content_filter":
      return { ...plain, tone: "trouble", sentence: "The provider's filter cut this answer off.", ways: EVERY };
    case "length":
      return {
        ...plain,
        tone: "note",
        sentence: "The answer reached the most tokens it may have.",
        ways: goOn.length ? goOn : ["retry"],
      };
    case "stopped":
      return { ...plain, tone: "note", sentence: "Stopped.", ways: goOn.length ? goOn : ["retry"] };
    case "stop":
      if (says) return null;
      return { ...plain, tone: "note", sentence: "The model answered with nothing.", ways: EVERY };
    default:
      return null;
  }
}

/** Return all that is known of what went wrong, line by line, for whoever wants to know. */
export function detailsOf(reply: Reply): string | null {
  const { error, attempts = [] } = reply;
  if (!error && !reply.raw_finish && attempts.length === 0) return null;
  const lines = [
    error?.status ? `HTTP ${error.status}` : null,
    error?.code ? `code: ${error.code}` : null,
    error?.error_type ? `type: ${error.error_type}` : null,
    error?.param ? `param: ${error.param}` : null,
    error ? told(error.message) : null,
    error?.detail ?? null,
    reply.raw_finish ? `finish: ${reply.raw_finish}` : null,
    reply.connection ? `connection: ${reply.connection}` : null,
    reply.model ? `model: ${reply.model}` : null,
    ...attempts.map((each, at) =>
      [
        `${at + 1}. ${each.status ?? each.reason}`,
        told(each.message),
        each.key ? `(${each.key})` : "",
        each.address ?? "",
      ]
        .filter(Boolean)
        .join(" "),
    ),
  ].filter((line) => line !== null);
  return lines.length > 0 ? lines.join("\n") : null;
}
