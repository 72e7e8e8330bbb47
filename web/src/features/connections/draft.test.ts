import { describe, expect, it } from "vitest";
import {
  BLANK,
  EMPTY,
  changesOf,
  edited,
  freeName,
  lacksKey,
  movedTo,
  newBody,
  stillTyped,
  unsaved,
  withOption,
  withoutKey,
  withoutProxy,
} from "@/features/connections/draft";

const SAVED = {
  ...BLANK,
  name: "mine",
  endpoint: "https://api.test/v1",
  options: { region: "eu", tier: "flex" },
};

describe("the options of a source", () => {
  it("are told as unset where they were emptied, and only those that changed", () => {
    let options = withOption(SAVED.options, "region", "");
    options = withOption(options, "order", ["a"]);

    const body = changesOf(edited(EMPTY, SAVED, { options }, 4), SAVED);

    expect(body?.options).toEqual({ region: null, order: ["a"] });
  });

  it("are as before when an empty one is emptied again", () => {
    for (const empty of ["", null, undefined, []]) {
      expect(withOption(SAVED.options, "order", empty)).toEqual(SAVED.options);
    }
    expect(withOption({}, "zdr", false)).toEqual({ zdr: false });
  });
});

describe("a draft", () => {
  it("holds only what differs from what is saved", () => {
    const typed = edited(EMPTY, SAVED, { notes: "work", name: "mine" }, 4);

    expect(typed.changes).toEqual({ notes: "work" });
    expect(edited(typed, SAVED, { notes: "" }, 4).changes).toEqual({});
  });

  it("is made upon the version its first change saw", () => {
    const first = edited(EMPTY, SAVED, { notes: "a" }, 4);
    const second = edited(first, SAVED, { name: "other" }, 7);

    expect(changesOf(second, SAVED)).toEqual({ notes: "a", name: "other", version: 4 });
  });

  it("begins anew once all was taken back", () => {
    const typed = edited(EMPTY, SAVED, { notes: "a" }, 4);
    const back = edited(typed, SAVED, { notes: "" }, 4);

    expect(edited(back, SAVED, { notes: "b" }, 7).version).toBe(7);
  });

  it("names what would be lost", () => {
    const draft = { ...edited(EMPTY, SAVED, { notes: "a" }, 1), key: "sk-1" };

    expect(unsaved(draft)).toEqual(["notes", "key"]);
    expect(unsaved(EMPTY)).toEqual([]);
  });

  it("takes no key, address, model or option over to another source", () => {
    const typed = { endpoint: "http://a.test", notes: "n", model: "m", options: { a: 1 } };
    const draft = { ...edited({ ...EMPTY, source: "one" }, BLANK, typed, null), key: "sk-1" };

    expect(movedTo("other", draft)).toMatchObject({ source: "other", changes: { notes: "n" }, key: "" });
    expect(Object.keys(movedTo("other", draft).changes)).toEqual(["notes"]);
    expect(movedTo("one", draft)).toBe(draft);
  });
});

describe("what is left of a draft once it was saved", () => {
  const sent = edited(EMPTY, SAVED, { notes: "a" }, 1);
  const now = { before: SAVED, after: { ...SAVED, notes: "a" }, version: 2 };

  it("is nothing where nothing was typed meanwhile", () => {
    expect(stillTyped(sent, sent, now)).toEqual({ ...EMPTY, version: 2 });
  });

  it("is what was typed meanwhile, upon the version there is by now", () => {
    const later = edited(sent, SAVED, { notes: "ab", name: "other" }, 1);

    const left = stillTyped(later, sent, now);

    expect(changesOf(left, now.after)).toEqual({ notes: "ab", name: "other", version: 2 });
  });

  it("is also what was typed back to how it stood before", () => {
    const later = edited(sent, SAVED, { notes: "" }, 1);

    expect(stillTyped(later, sent, now).changes).toEqual({ notes: "" });
  });

  it("is none of the key, the least of all", () => {
    const draft = { ...EMPTY, key: "sk-1", label: "main" };

    expect(withoutKey(draft, draft)).toEqual(EMPTY);
    expect(withoutKey({ ...draft, key: "sk-2" }, draft)).toMatchObject({ key: "sk-2", label: "main" });
  });

  it("is of a proxy only what was typed meanwhile", () => {
    const draft = { ...EMPTY, proxy: { name: "mine", url: "http://a.test", password: "pw" } };
    const later = { ...draft, proxy: { ...draft.proxy, url: "http://b.test" } };

    expect(withoutProxy(draft, draft)).toEqual(EMPTY);
    expect(withoutProxy(later, draft).proxy).toEqual({ name: null, url: "http://b.test", password: "" });
  });
});

describe("what is sent", () => {
  it("is nothing where nothing changed", () => {
    expect(changesOf({ ...EMPTY, key: "sk-1" }, SAVED)).toBeNull();
  });

  it("has only the options that changed", () => {
    const draft = edited(EMPTY, SAVED, { options: { region: "eu", tier: "fast" } }, 1);

    expect(changesOf(draft, SAVED)).toEqual({ options: { tier: "fast" }, version: 1 });
  });

  it("says none for an emptied address", () => {
    const draft = edited(EMPTY, SAVED, { endpoint: " " }, 1);

    expect(changesOf(draft, SAVED)).toEqual({ endpoint: null, version: 1 });
  });

  it("is the id of the proxy preset, or that there is none", () => {
    const through = edited(EMPTY, SAVED, { proxy: "p1" }, 1);
    const none = edited(EMPTY, { ...SAVED, proxy: "p1" }, { proxy: null }, 1);

    expect(changesOf(through, SAVED)).toEqual({ proxy: "p1", version: 1 });
    expect(changesOf(none, SAVED)).toEqual({ proxy: null, version: 1 });
  });

  it("leaves the key out where a proxy stands in between", () => {
    const draft = edited({ ...EMPTY, key: "sk-1" }, BLANK, { proxy: "p1" }, null);

    expect(newBody(draft, "some")).not.toHaveProperty("key");
  });

  it("never has the key of a saved connection among its changes", () => {
    const draft = { ...edited(EMPTY, SAVED, { notes: "a" }, 1), key: "sk-1" };

    expect(JSON.stringify(changesOf(draft, SAVED))).not.toContain("sk-1");
  });

  it("is source and key of a new one, its name if it was given one, and what is not as usual", () => {
    const draft = edited({ ...EMPTY, key: " sk-1\n" }, BLANK, { endpoint: " http://a.test " }, null);

    expect(newBody(draft, "some")).toEqual({
      source: "some",
      key: "sk-1",
      endpoint: "http://a.test",
    });
    expect(newBody(edited(EMPTY, BLANK, { name: " mine " }, null), "some")).toEqual({
      name: "mine",
      source: "some",
    });
    expect(newBody(edited(EMPTY, BLANK, { name: "  " }, null), "some")).toEqual({ source: "some" });
  });
});

describe("lacksKey", () => {
  const OPENAI = { key: "required", endpoint: "https://api.test/v1" } as const;

  it("is true where the provider's own address would get none", () => {
    expect(lacksKey(OPENAI, EMPTY, BLANK, [])).toBe(true);
    expect(lacksKey(OPENAI, { ...EMPTY, key: " " }, BLANK, [{ state: "detached" }])).toBe(true);
    expect(lacksKey({ ...OPENAI, endpoint: null }, EMPTY, SAVED, [])).toBe(true);
  });

  it("is false with a key, a proxy or another address, and where a key is no must", () => {
    const proxied = { ...EMPTY, proxy: { ...EMPTY.proxy, url: "http://a.test" } };

    expect(lacksKey(OPENAI, EMPTY, BLANK, [{ state: "active" }])).toBe(false);
    expect(lacksKey(OPENAI, { ...EMPTY, key: "sk-1" }, BLANK, [])).toBe(false);
    expect(lacksKey(OPENAI, EMPTY, { ...BLANK, proxy: "p1" }, [])).toBe(false);
    expect(lacksKey(OPENAI, proxied, BLANK, [])).toBe(false);
    expect(lacksKey(OPENAI, EMPTY, SAVED, [])).toBe(false);
    expect(lacksKey({ ...OPENAI, key: "optional" }, EMPTY, BLANK, [])).toBe(false);
  });
});

describe("freeName", () => {
  it("counts up", () => {
    expect(freeName("A", [])).toBe("A");
    expect(freeName("A", ["a", "A 2"])).toBe("A 3");
  });
});
