import { expect, it } from "vitest";
import type { RunEvent } from "@/api/runs";
import { type Conversation, type Happening, KEPT, NOTHING, happened } from "@/features/chat/conversation";
import { rowsOf, sentFrom } from "@/features/chat/rows";
import { aMessage, aRun, aStretch } from "@/features/chat/scenes";

const QUESTION = aMessage("q");
const ANSWER = aMessage("a", { parent_id: "q", role: "assistant", text: "Once" });
const FAILURE = { type: "failed", reason: "auth", message: "The key was refused." };

const all = (now: Conversation, ...happenings: Happening[]) => happenings.reduce(happened, now);
const opened = (...messages: Parameters<typeof aStretch>[0]) =>
  happened(NOTHING, { type: "read", stretch: aStretch(messages), where: "anew" });
const hear = (now: Conversation, ...events: object[]) =>
  happened(now, { type: "heard", runId: "run", events: events as RunEvent[], at: 5000 });
const kinds = (now: Conversation) => rowsOf(now).map(({ kind }) => kind);
const text = (seq: number, said: string) => ({ type: "text-delta", seq, text: said });
const added = (seq: number, id: string, given = {}) => ({ type: "message-added", seq, message_id: id, ...given });

const asked = all(opened(QUESTION), { type: "run-began", run: aRun("run", { parent_id: "q" }) });

it("shows an answer where it will come before its first word", () => {
  expect(kinds(asked)).toEqual(["message", "waiting"]);
});

it("puts the answer below the question and lets it grow", () => {
  const now = hear(asked, { type: "started", seq: 1 }, added(2, "a"), text(3, "On"), text(4, "ce"));

  const last = rowsOf(now).at(-1);
  expect(last).toMatchObject({ kind: "message", key: "run", reply: { text: "Once", firstTokenAt: 5000 } });
  expect(now.leaf).toBe("a");
  expect(now.chat?.head).toBe("a");
});

it("hears nothing twice", () => {
  const now = hear(asked, text(3, "On"), text(3, "On"), text(4, "ce"), text(2, "!"));

  expect(now.replies[0]?.text).toBe("Once");
});

it("keeps what comes after a gap in the numbers", () => {
  const now = hear(asked, text(3, "On"), text(9, "ce"));

  expect(now.replies[0]).toMatchObject({ text: "Once", seq: 9 });
});

it("is told apart from what comes after the end", () => {
  const now = hear(asked, text(3, "Once"), { type: "stopped", seq: 4, message_id: "a" }, text(5, "!"));

  expect(now.replies[0]).toMatchObject({ text: "Once", ending: { state: "stopped" } });
});

it("takes the server's own message at the end", () => {
  const ended = hear(asked, added(2, "a"), text(3, "Once"), { type: "finished", seq: 4, message_id: "a" });
  const now = happened(ended, { type: "settled", runId: "run", message: ANSWER });

  expect(now.replies).toEqual([]);
  expect(now.messages).toEqual([QUESTION, ANSWER]);
  expect(rowsOf(now).at(-1)?.key).toBe("run");
});

it("keeps the words of an answer that is not read yet when something is said upon it", () => {
  const ended = hear(asked, added(2, "a"), text(3, "Once"), { type: "finished", seq: 4, message_id: "a" });
  const said = happened(ended, { type: "said", message: aMessage("q2", { parent_id: "a" }), run: null });
  const now = happened(said, { type: "settled", runId: "run", message: ANSWER });

  expect(rowsOf(said)[1]).toMatchObject({ message: { id: "a" }, reply: { text: "Once" } });
  expect(now.messages.map(({ text: words }) => words)).toEqual(["q", "Once", "q2"]);
});

it("tells in the place of the answer why there is none", () => {
  const failed = hear(asked, { type: "failed", seq: 2, error: FAILURE });
  const now = happened(failed, { type: "settled", runId: "run", message: null });

  expect(kinds(now)).toEqual(["message", "trouble"]);
  expect(kinds(happened(now, { type: "dismissed", runId: "run" }))).toEqual(["message", "unanswered"]);
});

it("says of an answer that was interrupted before its first word that there is none", () => {
  const now = all(hear(asked, { type: "interrupted", seq: 2 }), { type: "settled", runId: "run", message: null });

  expect(kinds(now)).toEqual(["message", "trouble"]);
});

it("says nothing of what was stopped before its first word", () => {
  const now = all(hear(asked, { type: "stopped", seq: 2 }), { type: "settled", runId: "run", message: null });

  expect(kinds(now)).toEqual(["message", "unanswered"]);
});

it("takes back the answer that was added and got no word", () => {
  const now = all(hear(asked, added(2, "a"), { type: "failed", seq: 3, error: FAILURE }), {
    type: "settled",
    runId: "run",
    message: null,
  });

  expect(now.messages).toEqual([QUESTION]);
  expect(kinds(now)).toEqual(["message", "trouble"]);
});

it("goes on with an answer that is there", () => {
  const run = aRun("run", { kind: "continue", parent_id: "q", target_id: "a" });
  const now = hear(all(opened(QUESTION, ANSWER), { type: "run-began", run }), text(2, " upon"));

  expect(rowsOf(now)).toHaveLength(2);
  expect(rowsOf(now)[1]).toMatchObject({ kind: "message", message: { text: "Once" }, reply: { text: " upon" } });
});

it("waits for another answer in the place of the first, and puts it back when that fails", () => {
  const run = aRun("run", { kind: "swipe", parent_id: "q", target_id: "a" });
  const waiting = all(opened(QUESTION, ANSWER), { type: "run-began", run });
  const failed = all(hear(waiting, { type: "failed", seq: 2, error: FAILURE }), {
    type: "settled",
    runId: "run",
    message: null,
  });

  expect(rowsOf(waiting)[1]).toMatchObject({ kind: "waiting", message: { swipe: 1, swipes: 2 } });
  expect(kinds(failed)).toEqual(["message", "message", "trouble"]);
});

it("shows another answer in place of the first and all below it", () => {
  const run = aRun("run", { kind: "swipe", parent_id: "q", target_id: "a" });
  const later = aMessage("q2", { parent_id: "a" });
  const now = hear(all(opened(QUESTION, ANSWER, later), { type: "run-began", run }), added(2, "b"), text(3, "Two"));

  expect(now.messages.map(({ id }) => id)).toEqual(["q", "b"]);
  expect(now.messages[1]).toMatchObject({ swipe: 1, swipes: 2 });
});

it("only counts an answer that is not shown, as one went elsewhere meanwhile", () => {
  const run = aRun("run", { kind: "swipe", parent_id: "q", target_id: "a" });
  const now = hear(all(opened(QUESTION, ANSWER), { type: "run-began", run }), added(2, "b", { shown: false }), text(3, "Two"));

  expect(now.messages.map(({ id, swipes }) => [id, swipes])).toEqual([["q", 1], ["a", 2]]);
  expect(kinds(now)).toEqual(["message", "message"]);
});

it("leaves the path as it is when a run is followed that had its message before", () => {
  const run = aRun("run", { parent_id: "q", message_id: "a" });
  const elsewhere = aMessage("b", { parent_id: "q", role: "assistant" });
  const now = hear(all(opened(QUESTION, elsewhere), { type: "run-began", run }), added(2, "a"), text(3, "On"));

  expect(now.messages.map(({ id }) => id)).toEqual(["q", "b"]);
});

it("puts earlier messages before the first", () => {
  const now = happened(opened(ANSWER), { type: "read", stretch: aStretch([QUESTION]), where: "before" });

  expect(now.messages).toEqual([QUESTION, ANSWER]);
});

it("lets go of what is far, and knows that there is more of it", () => {
  const many = Array.from({ length: KEPT }, (_, at) => aMessage(`m${at}`));
  const up = happened(opened(...many), { type: "read", stretch: aStretch([QUESTION]), where: "before" });
  expect(up.messages).toHaveLength(KEPT);
  expect(up.messages[0]).toEqual(QUESTION);
  expect(up.moreAfter).toBe(true);

  const down = happened(up, { type: "read", stretch: aStretch([ANSWER]), where: "after" });
  expect(down.messages).toHaveLength(KEPT);
  expect(down.messages.at(-1)).toEqual(ANSWER);
  expect(down.moreBefore).toBe(true);
});

it("keeps the end while it is being written", () => {
  const many = Array.from({ length: KEPT }, (_, at) => aMessage(`m${at}`));
  const written = happened(opened(...many), { type: "run-began", run: aRun("run", { parent_id: "m1" }) });
  const up = happened(written, { type: "read", stretch: aStretch([QUESTION]), where: "before" });

  expect(up.messages).toHaveLength(KEPT + 1);
});

it("keeps what stands above a stretch that is read again", () => {
  const edited = { ...ANSWER, text: "Twice" };
  const now = happened(opened(QUESTION, ANSWER), { type: "read", stretch: aStretch([edited]), where: "again" });

  expect(now.messages).toEqual([QUESTION, edited]);
  expect(now.stretch).toBe(1);
});

it("begins anew with a stretch that has nothing in common", () => {
  const now = happened(opened(QUESTION), { type: "read", stretch: aStretch([aMessage("z")]), where: "again" });

  expect(now.stretch).toBe(2);
});

it("puts what was below a deleted message below the one above", () => {
  const later = aMessage("q2", { parent_id: "a" });
  const now = happened(opened(QUESTION, ANSWER, later), { type: "removed", id: "a", below: false });

  expect(now.messages.map(({ id, parent_id }) => [id, parent_id])).toEqual([["q", null], ["q2", "q"]]);
});

it("shows what is on its way at the end", () => {
  const rows = rowsOf(opened(QUESTION, ANSWER), aMessage("outgoing"));

  expect(rows.at(-1)).toMatchObject({ kind: "outgoing" });
});

it("forgets what ended in vain when another window has it answered", () => {
  const failed = hear(asked, { type: "failed", seq: 2, message_id: null, error: FAILURE });
  const settled = happened(failed, { type: "settled", runId: "run", message: null });
  const again = happened(settled, { type: "run-began", run: aRun("other", { kind: "regenerate", parent_id: "q", target_id: "q" }) });

  expect(kinds(settled)).toEqual(["message", "trouble"]);
  expect(kinds(again)).toEqual(["message", "waiting"]);
});

it("leaves the rows above what is written as they are, word by word", () => {
  const one = hear(asked, added(2, "a"), text(3, "On"));
  const two = hear(one, text(4, "ce"));

  expect(rowsOf(two)[0]).toBe(rowsOf(one)[0]);
  expect(rowsOf(two)[1]).not.toBe(rowsOf(one)[1]);
});

it("knows where what was sent for the last answer begins", () => {
  const reply = (sent_from?: string) => ({ reply: { sent_from, notices: [], attempts: [] } as never });
  const answer = (id: string, from?: string) => aMessage(id, { role: "assistant", ...reply(from) });
  const cut = opened(QUESTION, answer("a", "q"), aMessage("r"), answer("b", "r"), aMessage("s"));

  expect(sentFrom(cut)).toBe("r");
  expect(sentFrom(opened(QUESTION, answer("a", "q"), aMessage("r"), answer("b")))).toBeNull();
  // Far from the end it is not known.
  expect(sentFrom({ ...cut, moreAfter: true })).toBeNull();
});
