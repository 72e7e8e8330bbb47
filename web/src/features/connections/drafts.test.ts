import { describe, expect, it } from "vitest";
import { EMPTY } from "@/features/connections/draft";
import { NEW, draftOf, dropDraft, keepDraft, moveDraft } from "@/features/connections/drafts";

describe("moveDraft", () => {
  it("takes what is left over to what it became, and begins anew", () => {
    keepDraft(NEW, (draft) => ({ ...draft, changes: { notes: "typed meanwhile" }, key: "sk-1" }));

    moveDraft(NEW, "c1", (draft) => ({ ...draft, key: "" }));

    expect(draftOf("c1")).toEqual({ ...EMPTY, changes: { notes: "typed meanwhile" } });
    expect(draftOf(NEW)).toEqual(EMPTY);
    dropDraft("c1");
  });
});
