import { act, renderHook, waitFor } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { ProblemError, Unreachable } from "@/api/problems";
import { EMPTY, keepDraft, readDraft, sealed } from "@/features/chat/draft";
import type { Progress } from "@/features/chat/queue";
import { type Deliver, useTyping } from "@/features/chat/typing";

beforeEach(() => localStorage.clear());

const QUIET: Progress = { isKnown: true, writing: null, running: [], ended: {} };
const WRITING: Progress = { ...QUIET, writing: "run", running: ["run"] };
const endedAs = (state: "finished" | "stopped" | "failed" | "interrupted"): Progress => ({
  ...QUIET,
  ended: { run: state },
});

type Given = Partial<Parameters<typeof useTyping>[0]>;

/** The input of a chat, in which somebody types. */
function anInput(given: Given = {}) {
  const props = {
    chatId: "chat",
    deliver: async () => "chat",
    onBegun: () => {},
    lastSaid: null,
    hasSaid: async () => false,
    progress: QUIET,
    ...given,
  };
  const { result, rerender, unmount } = renderHook(useTyping, { initialProps: props });
  return {
    now: () => result.current,
    type: (text: string) => act(() => result.current.setText(text)),
    send: () => act(() => void result.current.send()),
    change: (changes: Given) => rerender({ ...props, ...changes }),
    unmount,
  };
}

/** A delivery that arrives, or does not, when the test says so. */
function aDelivery() {
  let end: { resolve: (id: string) => void; reject: (error: Error) => void } | undefined;
  const deliver = vi.fn<Deliver>(() => new Promise((resolve, reject) => (end = { resolve, reject })));
  return {
    deliver,
    arrive: (id: string) => act(async () => end?.resolve(id)),
    fail: (error: Error) => act(async () => end?.reject(error)),
    keys: () => deliver.mock.calls.map(([{ key }]) => key),
  };
}

const aMoment = () => act(() => new Promise<void>((resolve) => setTimeout(resolve, 5)));

const sentBefore = (text: string) => sealed({ text, enclosed: [] }, () => "key");

it.each([new ProblemError(502, "Bad gateway"), new ProblemError(504, "Too late"), new Unreachable()])(
  "says it again under its key when it may have arrived: %s",
  async (error) => {
    const delivery = aDelivery();
    const input = anInput({ deliver: delivery.deliver });

    input.type("Hello");
    input.send();
    await waitFor(() => expect(delivery.keys()).toHaveLength(1));
    await delivery.fail(error);
    input.send();
    await waitFor(() => expect(delivery.keys()).toHaveLength(2));

    expect(delivery.keys()[1]).toBe(delivery.keys()[0]);
  },
);

it("says no more what went wrong once it waits to be sent again", async () => {
  const deliver = vi.fn().mockRejectedValue(new ProblemError(422, "No."));
  const input = anInput({ deliver });

  input.type("Hello");
  input.send();
  await waitFor(() => expect(input.now().trouble?.message).toBe("No."));
  input.change({ deliver, progress: WRITING });
  input.send();

  expect(input.now()).toMatchObject({ turn: "waits", trouble: null });
});

it("says what was refused under another key", async () => {
  const delivery = aDelivery();
  const input = anInput({ deliver: delivery.deliver });

  input.type("Hello");
  input.send();
  await waitFor(() => expect(delivery.keys()).toHaveLength(1));
  await delivery.fail(new ProblemError(422, "No."));
  input.send();
  await waitFor(() => expect(delivery.keys()).toHaveLength(2));

  expect(delivery.keys()[1]).not.toBe(delivery.keys()[0]);
});

it("keeps what is typed while the first words go out for the chat they begin", async () => {
  const delivery = aDelivery();
  const found: string[] = [];
  const onBegun = (id: string) => void found.push(readDraft(id).text);
  const input = anInput({ chatId: null, deliver: delivery.deliver, onBegun });

  input.type("Hello");
  input.send();
  await waitFor(() => expect(delivery.keys()).toHaveLength(1));
  input.type("And another");
  await delivery.arrive("new-chat");
  expect(found).toEqual(["And another"]);
  input.type("And another thing");

  expect(readDraft("new-chat").text).toBe("And another thing");
  expect(readDraft(null)).toEqual(EMPTY);
});

it("leaves a newer draft alone when what was sent arrives after one went away", async () => {
  const delivery = aDelivery();
  const input = anInput({ deliver: delivery.deliver });

  input.type("Hello");
  input.send();
  await waitFor(() => expect(delivery.keys()).toHaveLength(1));
  input.unmount();
  expect(readDraft("chat").text).toBe("Hello");
  keepDraft("chat", { text: "Something else", enclosed: [] });
  await delivery.arrive("chat");

  expect(readDraft("chat").text).toBe("Something else");
});

it("does not lead to a chat that begins after one went away", async () => {
  const delivery = aDelivery();
  const onBegun = vi.fn();
  const input = anInput({ chatId: null, deliver: delivery.deliver, onBegun });

  input.type("Hello");
  input.send();
  await waitFor(() => expect(delivery.keys()).toHaveLength(1));
  input.unmount();
  await delivery.arrive("new-chat");

  expect(onBegun).not.toHaveBeenCalled();
  expect(readDraft(null)).toEqual(EMPTY);
});

it("clears a draft that has arrived all the same", async () => {
  keepDraft("chat", sentBefore("ok"));
  const input = anInput({ hasSaid: async (key) => key === "key" });

  await waitFor(() => expect(input.now().text).toBe(""));
});

it("keeps a draft with the words of the last message: it may be said twice", async () => {
  keepDraft("chat", sentBefore("ok"));
  const hasSaid = vi.fn(async () => false);
  const input = anInput({ hasSaid });
  input.change({ hasSaid, lastSaid: "another ok" });

  await waitFor(() => expect(hasSaid).toHaveBeenCalledTimes(2));
  expect(input.now().text).toBe("ok");
});

it("sends what was sent into an answer once, when that has ended well", async () => {
  const delivery = aDelivery();
  const input = anInput({ deliver: delivery.deliver, progress: WRITING });

  input.type("And then?");
  input.send();
  input.send();
  expect(input.now()).toMatchObject({ text: "And then?", turn: "waits" });
  expect(delivery.keys()).toEqual([]);
  input.change({ deliver: delivery.deliver, progress: endedAs("finished") });
  input.change({ deliver: delivery.deliver, progress: endedAs("finished") });
  await waitFor(() => expect(delivery.keys()).toHaveLength(1));
  await delivery.arrive("chat");

  expect(input.now()).toMatchObject({ text: "", turn: null });
  expect(delivery.keys()).toHaveLength(1);
});

it("waits for the answer it was sent into, whatever else is written", async () => {
  const delivery = aDelivery();
  const { deliver } = delivery;
  const input = anInput({ deliver, progress: WRITING });

  input.type("And then?");
  input.send();
  input.change({ deliver, progress: { ...WRITING, writing: "other", running: ["run", "other"] } });
  expect(input.now().turn).toBe("waits");
  input.change({ deliver, progress: { ...WRITING, ended: { other: "failed" } } });
  expect(input.now().turn).toBe("waits");
  input.change({ deliver, progress: { ...QUIET, ended: { run: "finished", other: "stopped" } } });

  await waitFor(() => expect(delivery.keys()).toHaveLength(1));
});

it.each([endedAs("stopped"), endedAs("failed"), endedAs("interrupted"), QUIET])(
  "keeps what waited when the answer did not end well: %o",
  async (progress) => {
    const deliver = vi.fn(async () => "chat");
    const input = anInput({ deliver, progress: WRITING });

    input.type("And then?");
    input.send();
    input.change({ deliver, progress });
    await aMoment();

    expect(input.now()).toMatchObject({ text: "And then?", turn: "stays" });
    expect(deliver).not.toHaveBeenCalled();
  },
);

it("does not send what somebody goes on writing, even if it says the same in the end", async () => {
  const deliver = vi.fn(async () => "chat");
  const input = anInput({ deliver, progress: WRITING });

  input.type("And then?");
  input.send();
  input.type("And then? Or");
  input.type("And then?");
  input.change({ deliver, progress: endedAs("finished") });
  await aMoment();

  expect(input.now()).toMatchObject({ text: "And then?", turn: "dropped" });
  expect(deliver).not.toHaveBeenCalled();
  input.type("");
  expect(input.now().turn).toBeNull();
});

it("does not send what is taken from the queue", async () => {
  const deliver = vi.fn(async () => "chat");
  const input = anInput({ deliver, progress: WRITING });

  input.type("And then?");
  input.send();
  act(() => input.now().unqueue());
  input.change({ deliver, progress: endedAs("finished") });
  await aMoment();

  expect(input.now().text).toBe("And then?");
  expect(deliver).not.toHaveBeenCalled();
});

it("does not send what another window took back, or wrote on", async () => {
  const deliver = vi.fn(async () => "chat");
  const input = anInput({ deliver, progress: WRITING });

  input.type("And then?");
  input.send();
  const { waits, ...takenBack } = readDraft("chat");
  keepDraft("chat", takenBack);
  input.change({ deliver, progress: endedAs("finished") });
  await waitFor(() => expect(input.now().turn).toBe("dropped"));
  await aMoment();

  expect(waits).toBe("run");
  expect(input.now().text).toBe("And then?");
  expect(deliver).not.toHaveBeenCalled();
});

it("clears what another window has sent", async () => {
  const hasSaid = vi.fn(async () => true);
  const input = anInput({ progress: WRITING });

  input.type("And then?");
  input.send();
  const key = readDraft("chat").sent?.key;
  input.change({ progress: WRITING, hasSaid, lastSaid: "what was sent" });

  await waitFor(() => expect(input.now().text).toBe(""));
  expect(hasSaid).toHaveBeenCalledWith(key);
});

it("waits on after the page was loaded anew, under the key it had", async () => {
  const before = anInput({ progress: WRITING });
  before.type("And then?");
  before.send();
  before.unmount();
  const key = readDraft("chat").sent?.key;
  const delivery = aDelivery();
  const { deliver } = delivery;
  const input = anInput({ deliver, progress: { ...QUIET, isKnown: false } });

  expect(input.now()).toMatchObject({ text: "And then?", turn: "waits" });
  input.change({ deliver, progress: WRITING });
  input.change({ deliver, progress: endedAs("finished") });
  await waitFor(() => expect(delivery.keys()).toEqual([key]));
  await delivery.arrive("chat");

  expect(readDraft("chat")).toEqual(EMPTY);
});

it("does not send of itself what waited for an answer that ended while one was away", async () => {
  const before = anInput({ progress: WRITING });
  before.type("And then?");
  before.send();
  before.unmount();
  const deliver = vi.fn(async () => "chat");
  const input = anInput({ deliver });
  await aMoment();

  expect(input.now()).toMatchObject({ text: "And then?", turn: "stays" });
  expect(deliver).not.toHaveBeenCalled();
});
