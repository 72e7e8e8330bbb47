import { describe, expect, it } from "vitest";
import { bound, keysIn, refusalOf, takenBy } from "@/features/settings/rebinding";
import { type Action, SHORTCUTS } from "@/lib/shortcuts";

const ACTIONS = Object.keys(SHORTCUTS) as Action[];

describe("the usual keys", () => {
  it("are in nobody's way", () => {
    for (const action of ACTIONS) {
      expect(takenBy({}, action, SHORTCUTS[action].keys)).toBeNull();
    }
  });
});

describe("refusalOf", () => {
  it("names who has the keys", () => {
    expect(refusalOf({}, "help", "mod+K")).toEqual({ why: "taken", by: "palette" });
  });

  it("counts what was chosen, not what was usual", () => {
    const chosen = { palette: "mod+J" };

    expect(refusalOf(chosen, "help", "mod+K")).toBeNull();
    expect(refusalOf(chosen, "help", "mod+J")).toEqual({ why: "taken", by: "palette" });
  });

  it("leaves to the browser and to writing what is theirs", () => {
    expect(refusalOf({}, "new-chat", "mod+N")).toEqual({ why: "reserved" });
    expect(refusalOf({}, "new-chat", "A")).toEqual({ why: "writing" });
    expect(refusalOf({}, "new-chat", "shift+A")).toEqual({ why: "writing" });
    expect(refusalOf({}, "new-chat", "Backspace")).toEqual({ why: "writing" });
    expect(refusalOf({}, "help", "?")).toBeNull();
    expect(refusalOf({}, "new-chat", "F2")).toBeNull();
    expect(refusalOf({}, "new-chat", "alt+shift+N")).toBeNull();
  });
});

describe("bound", () => {
  it("remembers only what is not usual", () => {
    const chosen = bound({ help: "F1" }, "palette", "mod+J");

    expect(chosen).toEqual({ help: "F1", palette: "mod+J" });
    expect(keysIn(chosen, "palette")).toBe("mod+J");
    expect(bound(chosen, "palette", SHORTCUTS.palette.keys)).toEqual({ help: "F1" });
  });
});
