import { describe, expect, it } from "vitest";
import type { ChatListed } from "@/api/chats";
import { grouped } from "@/features/chats/grouping";

const NOW = new Date(2026, 2, 30, 0, 30);

const chat = (id: string, at: Date, pinned = false): ChatListed => ({
  id,
  owner: "me",
  settings: {},
  system: "",
  title: id,
  titled_by: "nobody",
  created_at: 0,
  version: 1,
  updated_at: at.getTime() / 1000,
  pinned,
});

describe("grouped", () => {
  it("counts days by the calendar, not by hours", () => {
    const groups = grouped(
      [
        chat("just now", new Date(2026, 2, 30, 0, 29)),
        chat("an hour ago", new Date(2026, 2, 29, 23, 30)),
        chat("the morning before", new Date(2026, 2, 29, 0, 1)),
        chat("two days ago", new Date(2026, 2, 28, 23, 59)),
        chat("six days ago", new Date(2026, 2, 24, 0, 0)),
        chat("a week ago", new Date(2026, 2, 23, 23, 59)),
      ],
      NOW,
    );

    expect(groups.map(({ name, chats }) => [name, chats.map(({ id }) => id)])).toEqual([
      ["today", ["just now"]],
      ["yesterday", ["an hour ago", "the morning before"]],
      ["week", ["two days ago", "six days ago"]],
      ["older", ["a week ago"]],
    ]);
  });

  it("puts pinned ones first, however old", () => {
    const groups = grouped([chat("new", NOW), chat("old", new Date(2020, 1, 1), true)], NOW);

    expect(groups.map(({ name }) => name)).toEqual(["pinned", "today"]);
  });

  it("takes what is ahead of this clock for today", () => {
    expect(grouped([chat("ahead", new Date(2026, 3, 2))], NOW)[0]?.name).toBe("today");
  });
});
