import { beforeEach, expect, it } from "vitest";
import { EMPTY, keepDraft, readDraft, sealed } from "@/features/chat/draft";

beforeEach(() => localStorage.clear());

const FILE = { id: "f", name: "cat.png", media_type: "image/png", size: 3 };

it("keeps a draft per chat, and one for the chat that has not begun", () => {
  keepDraft("one", { text: "Hello", enclosed: [FILE] });
  keepDraft(null, { text: "New", enclosed: [] });

  expect(readDraft("one")).toEqual({ text: "Hello", enclosed: [FILE] });
  expect(readDraft(null).text).toBe("New");
  expect(readDraft("two")).toEqual(EMPTY);
});

it("forgets an empty one", () => {
  keepDraft("one", { text: "Hello", enclosed: [] });
  keepDraft("one", EMPTY);

  expect(localStorage).toHaveLength(0);
});

it("says when there is no room, and what cannot be read is empty", () => {
  const full = { setItem: () => { throw new Error("full"); }, getItem: () => "{" } as unknown as Storage;

  expect(keepDraft("one", { text: "x", enclosed: [] }, full)).toBe(false);
  expect(readDraft("one", full)).toEqual(EMPTY);
});

it("sends the same words with the same key, and others with another", () => {
  let count = 0;
  const key = () => `key ${(count += 1)}`;

  const first = sealed({ text: "Hello", enclosed: [] }, key);
  const second = sealed({ ...first, text: "Hello" }, key);
  const third = sealed({ ...second, text: "Hello!" }, key);

  expect(second.sent.key).toBe(first.sent.key);
  expect(third.sent.key).not.toBe(first.sent.key);
});
