import { expect, it, vi } from "vitest";
import { ProblemError, Unreachable } from "@/api/problems";
import { Overtaken, live } from "@/features/chat/living";
import { rowsOf } from "@/features/chat/rows";
import { aChat, aDoor, aMessage, aRun, aStretch, anEvent } from "@/features/chat/scenes";

const PARTS = [{ type: "text" as const, text: "Hi", signature: null, cache: null }];
const SAID = { message: aMessage("m", { text: "Hi" }), run: aRun("r", { parent_id: "m" }) };
const kinds = (living: ReturnType<typeof live>) =>
  rowsOf(living.situation().now, living.situation().outgoing).map(({ kind }) => kind);

it("shows what is said at once, and then what answers it", async () => {
  let arrive: (said: typeof SAID) => void = () => {};
  const { door } = aDoor({ say: () => new Promise((resolve) => (arrive = resolve)) });
  const living = live("chat", door);
  await living.open(null);

  const saying = living.say({ key: "k", parts: PARTS });
  expect(kinds(living)).toEqual(["outgoing"]);
  arrive(SAID);
  await saying;

  expect(kinds(living)).toEqual(["message", "waiting"]);
});

it("says it again with the same key when the line was lost", async () => {
  const say = vi.fn().mockRejectedValueOnce(new Unreachable()).mockResolvedValue(SAID);
  const { door } = aDoor({ say });
  const living = live("chat", door);
  await living.open(null);

  await living.say({ key: "k", parts: PARTS });

  expect(say.mock.calls.map(([, key]) => key)).toEqual(["k", "k"]);
  expect(living.situation().now.messages).toHaveLength(1);
});

it("gives back what could not be said", async () => {
  const { door } = aDoor({ say: vi.fn().mockRejectedValue(new Unreachable()) });
  const living = live("chat", door);
  await living.open(null);

  await expect(living.say({ key: "k", parts: PARTS })).rejects.toThrow(Unreachable);

  expect(kinds(living)).toEqual([]);
});

it("shows what came meanwhile when somebody was faster", async () => {
  const stale = new ProblemError(409, "The chat went on.", "conflict", "head", aChat({ head: "x" }));
  const { door } = aDoor({ say: vi.fn().mockRejectedValue(stale) });
  const living = live("chat", door);
  await living.open(null);
  vi.mocked(door.read).mockResolvedValue(aStretch([aMessage("x")]));

  await expect(living.say({ key: "k", parts: PARTS })).rejects.toThrow(Overtaken);

  expect(living.situation().now.messages.map(({ id }) => id)).toEqual(["x"]);
});

it("speaks upon the end that was seen, and below a branch that is not shown", async () => {
  const say = vi.fn().mockResolvedValue(SAID);
  const { door } = aDoor({ say });
  const stretch = aStretch([aMessage("b")]);
  vi.mocked(door.read).mockResolvedValue(stretch);
  const living = live("chat", door);
  await living.open(null);
  await living.say({ key: "k", parts: PARTS });
  vi.mocked(door.read).mockResolvedValue({ ...stretch, chat: aChat({ head: "other" }) });
  await living.open("b");
  await living.say({ key: "l", parts: PARTS });

  expect(say.mock.calls[0]?.[2]).toMatchObject({ head: "b" });
  expect(say.mock.calls[1]?.[2]).toMatchObject({ parent: "b" });
});

it("finds what is being written when it is opened, and reads the end of it", async () => {
  const question = aMessage("q");
  const { door, followed } = aDoor({ runs: async () => ({ runs: [aRun("r", { parent_id: "q" })], unanswered: null }) });
  vi.mocked(door.read).mockResolvedValue(aStretch([question]));
  vi.mocked(door.message).mockResolvedValue(aMessage("a", { parent_id: "q", role: "assistant", text: "Once." }));
  const living = live("chat", door);
  await living.open(null);

  const { onEvent } = followed.get("r") ?? {};
  onEvent?.(anEvent({ type: "message-added", seq: 1, message_id: "a", shown: true }));
  onEvent?.(anEvent({ type: "text-delta", seq: 2, text: "Once." }));
  onEvent?.(anEvent({ type: "finished", seq: 3, message_id: "a", reason: "stop" }));

  await vi.waitFor(() => expect(living.situation().now.replies).toEqual([]));
  expect(living.situation().now.messages.map(({ text }) => text)).toEqual(["q", "Once."]);
});

it("opens the chat at its end where the message that is looked for is gone", async () => {
  const { door } = aDoor({
    read: async (_, { around } = {}) => {
      if (around) throw new ProblemError(404, "There is no such message.");
      return aStretch([aMessage("last")]);
    },
  });
  const living = live("chat", door);

  await living.open("gone");

  expect(living.situation().opening).toBe("done");
  expect(living.situation().now.messages.map(({ id }) => id)).toEqual(["last"]);
});

it("tells of every run how it ended, also when several do at once", async () => {
  const { door, followed } = aDoor({ runs: async () => ({ runs: [aRun("x"), aRun("y")], unanswered: null }) });
  const living = live("chat", door);
  await living.open(null);

  followed.get("x")?.onEvent(anEvent({ type: "finished", seq: 1, message_id: null, reason: "stop" }));
  followed.get("y")?.onEvent(anEvent({ type: "stopped", seq: 1, message_id: null }));

  await vi.waitFor(() => expect(living.situation().ended).toEqual({ x: "finished", y: "stopped" }));
});

it("keeps the words that were heard when the message cannot be read", async () => {
  const { door, followed } = aDoor({ runs: async () => ({ runs: [aRun("r", { parent_id: "q" })], unanswered: null }) });
  vi.mocked(door.read).mockResolvedValue(aStretch([aMessage("q")]));
  vi.mocked(door.message).mockRejectedValue(new Unreachable());
  const living = live("chat", door);
  await living.open(null);

  const { onEvent } = followed.get("r") ?? {};
  onEvent?.(anEvent({ type: "message-added", seq: 1, message_id: "a", shown: true }));
  onEvent?.(anEvent({ type: "text-delta", seq: 2, text: "Once." }));
  onEvent?.(anEvent({ type: "finished", seq: 3, message_id: "a", reason: "stop" }));

  await vi.waitFor(() => expect(door.message).toHaveBeenCalledTimes(4));
  expect(rowsOf(living.situation().now).at(-1)).toMatchObject({ reply: { text: "Once." } });
});

it("writes the person's next message aside", async () => {
  const { door, followed } = aDoor({ impersonate: async () => aRun("r", { kind: "impersonate" }) });
  const living = live("chat", door);
  await living.open(null);
  await living.impersonate("");

  followed.get("r")?.onEvent({ type: "text-delta", seq: 1, text: "I say" });

  await vi.waitFor(() => expect(living.situation().impersonated?.text).toBe("I say"));
  expect(kinds(living)).toEqual([]);
});

it("tells why what was said last has no answer, until it is asked for anew", async () => {
  const error = { type: "failed", reason: "auth", message: "The key was refused." };
  const unanswered = aRun("r", { parent_id: "q", state: "failed", error } as never);
  const regenerate = vi.fn().mockResolvedValue(aRun("s", { kind: "regenerate", parent_id: "q", target_id: "q" }));
  const { door } = aDoor({ runs: async () => ({ runs: [], unanswered }), regenerate });
  vi.mocked(door.read).mockResolvedValue(aStretch([aMessage("q")]));
  const living = live("chat", door);
  await living.open(null);

  expect(kinds(living)).toEqual(["message", "trouble"]);
  expect(living.situation().now.replies[0]?.ending?.error?.message).toBe("The key was refused.");

  await living.write("regenerate", "q");
  expect(kinds(living)).toEqual(["message", "waiting"]);
});

it("hears nothing once nobody looks, and goes on from there when somebody does again", async () => {
  const { door, followed } = aDoor({ runs: async () => ({ runs: [aRun("r", { parent_id: "q" })], unanswered: null }) });
  vi.mocked(door.read).mockResolvedValue(aStretch([aMessage("q")]));
  const living = live("chat", door);
  const leave = living.watch(() => {});
  await living.open(null);
  followed.get("r")?.onEvent(anEvent({ type: "text-delta", seq: 4, text: "Once" }));
  await vi.waitFor(() => expect(living.situation().now.replies[0]?.text).toBe("Once"));

  leave();
  await vi.waitFor(() => expect(followed.size).toBe(0));
  await living.catchUp();

  expect(followed.get("r")?.after).toBe(4);
});

it("hears the rest of what ended while nobody looked, and does not call that an end it saw", async () => {
  const { door, followed } = aDoor({ runs: vi.fn(async () => ({ runs: [aRun("r")], unanswered: null })) });
  const living = live("chat", door);
  await living.open(null);
  living.rest();
  vi.mocked(door.runs).mockResolvedValue({ runs: [], unanswered: null });

  await living.catchUp();
  followed.get("r")?.onEvent(anEvent({ type: "finished", seq: 1, message_id: null, reason: "stop" }));

  await vi.waitFor(() => expect(living.situation().now.replies).toEqual([]));
  expect(living.situation().ended).toEqual({});
});

it("keeps what is asked for while nobody looks for later", async () => {
  const { door, followed } = aDoor({ say: vi.fn().mockResolvedValue(SAID) });
  const living = live("chat", door);
  await living.open(null);
  living.rest();

  await living.say({ key: "k", parts: PARTS });
  expect(followed.size).toBe(0);
  await living.catchUp();

  expect([...followed.keys()]).toEqual(["r"]);
});

it("shows what was opened last, whichever comes first", async () => {
  const { door } = aDoor();
  const arrivals: ((stretch: ReturnType<typeof aStretch>) => void)[] = [];
  door.read = () => new Promise((resolve) => arrivals.push(resolve));
  const living = live("chat", door);

  const first = living.open("a");
  await vi.waitFor(() => expect(arrivals).toHaveLength(1));
  const second = living.open("b");
  await vi.waitFor(() => expect(arrivals).toHaveLength(2));
  arrivals[1]?.(aStretch([aMessage("b")]));
  await second;
  arrivals[0]?.(aStretch([aMessage("a")]));
  await first;

  expect(living.situation().now.messages.map(({ id }) => id)).toEqual(["b"]);
});

it("asks for one more answer only once, however fast it is wished for", async () => {
  const swipe = vi.fn(async () => aRun("r", { kind: "swipe", parent_id: "q", target_id: "a" }));
  const { door } = aDoor({ swipe });
  const living = live("chat", door);
  await living.open(null);

  await Promise.all([living.write("swipe", "a"), living.write("swipe", "a")]);

  expect(swipe).toHaveBeenCalledOnce();
});

it("asks again after a wish that was refused", async () => {
  const swipe = vi.fn().mockRejectedValueOnce(new ProblemError(409, "No.")).mockResolvedValue(aRun("r", { kind: "swipe" }));
  const { door } = aDoor({ swipe });
  const living = live("chat", door);
  await living.open(null);

  await expect(living.write("swipe", "a")).rejects.toThrow("No.");
  await living.write("swipe", "a");

  expect(swipe).toHaveBeenCalledTimes(2);
});

it("does not say an error where words were to be heard", async () => {
  const { door, followed } = aDoor({ regenerate: async () => aRun("r", { kind: "regenerate", parent_id: "q" }) });
  const living = live("chat", door);
  await living.open(null);
  await living.write("regenerate", "q");

  const error = { type: "failed", reason: "auth", message: "The key was refused." };
  followed.get("r")?.onEvent(anEvent({ type: "failed", seq: 1, message_id: null, error }));

  await vi.waitFor(() => expect(living.situation().now.replies[0]?.ending?.state).toBe("failed"));
  expect(living.situation().heard).toBe("");
});

it("keeps what was typed before a message that a model writes on", async () => {
  const { door, followed } = aDoor({ impersonate: async () => aRun("r", { kind: "impersonate" }) });
  const living = live("chat", door);
  await living.open(null);
  await living.impersonate("Well, ");

  followed.get("r")?.onEvent(anEvent({ type: "text-delta", seq: 1, text: "I say" }));

  await vi.waitFor(() => expect(living.situation().impersonated).toMatchObject({ typed: "Well, ", text: "I say" }));
});

it("knows by its key whether something was said, not by its words", async () => {
  const { door } = aDoor();
  vi.mocked(door.read).mockResolvedValue(aStretch([]));
  const living = live("chat", door);
  await living.open(null);
  vi.mocked(door.read).mockResolvedValue(aStretch([aMessage("0b144223262baf014540315efbbb8cd9", { text: "ok" })]));

  expect(await living.hasSaid("k")).toBe(true);
  expect(await living.hasSaid("another")).toBe(false);
});

it("looks where it was told to, also when it is told to read anew meanwhile", async () => {
  const { door } = aDoor();
  const living = live("chat", door);
  await living.open(null);
  vi.mocked(door.read).mockClear();

  await Promise.all([living.refresh(), living.refresh("m"), living.refresh()]);

  expect(vi.mocked(door.read).mock.calls.map(([, place]) => place?.around)).toEqual([undefined, "m"]);
});
