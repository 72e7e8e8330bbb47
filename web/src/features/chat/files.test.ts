import { expect, it } from "vitest";
import { fenced, kindOf, partsOf, takes, unfenced } from "@/features/chat/files";

it.each([
  ["cat.png", "image/png", "image"],
  ["drawing.svg", "image/svg+xml", "text"],
  ["notes.md", "", "text"],
  ["main.ts", "video/mp2t", "text"],
  ["paper.pdf", "application/pdf", "other"],
])("knows what %s (%s) is", (name, type, kind) => expect(kindOf(name, type)).toBe(kind));

it("asks whether a model sees images, and never whether it reads words", () => {
  expect(takes(["text"], "image")).toBe(false);
  expect(takes(["text", "image"], "image")).toBe(true);
  expect(takes(["text"], "text")).toBe(true);
  expect(takes(undefined, "image")).toBe(true);
});

it("fences text with more than it has itself", () => {
  expect(fenced("a.md", "```js\n1\n```")).toBe("a.md:\n````md\n```js\n1\n```\n````\n\n");
});

it.each([
  { name: "a.md", text: "# One\n\n```js\n1\n```" },
  { name: "b c.txt", text: "" },
  { name: "d.txt", text: "\n\n" },
  { name: "data.json", text: '{"a": 1}\n```' },
])("finds a file again: %j", ({ name, text }) =>
  expect(unfenced(fenced(name, `${text}\n`))).toEqual({ name, text }));

it.each([
  "Explain main.py:\n```py\nprint(1)\n```",
  "Explain main.py:\n```py\nprint(1)\n```\n\nWhy?",
  "Look at this:\n```py\nprint(1)\n```\n\n",
  "Explain main.py:\n```python\nprint(1)\n```\n\n",
  "Look at this:\n```py\nprint(1)\n```\n\nWhy?",
  "See a.txt:\nno fence",
  "a.txt:\n```\nnever closed",
  "First a.txt:\nand\n```\n1\n```\n\n",
  "",
])("takes no words for a file: %j", (words) => expect(unfenced(words)).toBeNull());

it("puts files before the words: texts between them, others as what they are", async () => {
  const parts = await partsOf(
    "What is this?",
    [
      { id: "1", name: "cat.png", media_type: "image/png", size: 9 },
      { id: "2", name: "log.txt", media_type: "text/plain", size: 2 },
      { id: "3", name: "long.txt", media_type: "text/plain", size: 5_000_000 },
    ],
    async (id) => `of\r\n${id}`,
  );

  expect(parts).toMatchObject([
    { type: "image", url: "attachment:1" },
    { type: "text", text: "log.txt:\n```\nof\n2\n```\n\n" },
    { type: "file", url: "attachment:3", name: "long.txt" },
    { type: "text", text: "What is this?" },
  ]);
});
