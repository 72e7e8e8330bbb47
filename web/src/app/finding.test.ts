import { describe, expect, it } from "vitest";
import { found } from "@/app/finding";

const GROUPS = [
  {
    title: "This chat",
    rows: [
      { label: "Response configuration", words: "settings sampler" },
      { label: "Regenerate", words: "swipe retry" },
      { label: "Another settings file" },
    ],
  },
  { title: "Go to", rows: [{ label: "Settings" }, { label: "Search all chats" }] },
];

const labels = (sought: string, most = 9) =>
  found(GROUPS, sought, most).map(({ title, rows }) => [title, ...rows.map(({ label }) => label)]);

describe("found", () => {
  it("leaves all as it is while nothing is typed", () => {
    expect(labels("")).toEqual(GROUPS.map(({ title, rows }) => [title, ...rows.map(({ label }) => label)]));
  });

  it("takes other words for what is called so, too", () => {
    expect(labels("retr")).toEqual([["This chat", "Regenerate"]]);
    expect(labels("all sear")).toEqual([["Go to", "Search all chats"]]);
    expect(labels("nothing of the kind")).toEqual([]);
  });

  it("puts what is called so before what only goes by it", () => {
    expect(labels("sett")).toEqual([
      ["Go to", "Settings"],
      ["This chat", "Another settings file", "Response configuration"],
    ]);
  });

  it("shows no more of a group than there is room for", () => {
    expect(labels("", 1)).toEqual([
      ["This chat", "Response configuration"],
      ["Go to", "Settings"],
    ]);
  });
});
