import { act, renderHook } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { NEW } from "@/features/connections/drafts";
import { useShownForm } from "@/features/connections/shownForm";

const begun = (named: string | null, usual: string | null = null) =>
  renderHook(({ named, usual }) => useShownForm(named, usual), { initialProps: { named, usual } });

describe("the form that is shown", () => {
  it("stays the same one while a new connection gets its id and the address follows", () => {
    const { result, rerender } = begun(NEW);
    const { key } = result.current;

    act(() => result.current.become("c1"));
    const saved = result.current;
    rerender({ named: "c1", usual: null });

    expect(saved).toMatchObject({ shown: "c1", key });
    expect(result.current).toMatchObject({ shown: "c1", key });
  });

  it("stays the same one where no address named it, whatever is usual by then", () => {
    const { result, rerender } = begun(null, NEW);
    const { key } = result.current;

    act(() => result.current.become("c1"));
    rerender({ named: null, usual: "built-in" });
    const between = result.current;
    rerender({ named: "c1", usual: "built-in" });

    expect(between).toMatchObject({ shown: "c1", key });
    expect(result.current).toMatchObject({ shown: "c1", key });
  });

  it("is another one for another connection, and for the next new one", () => {
    const { result, rerender } = begun(NEW);
    act(() => result.current.become("c1"));
    rerender({ named: "c1", usual: null });
    const first = result.current.key;

    rerender({ named: NEW, usual: null });
    const second = result.current;
    rerender({ named: "c1", usual: null });

    expect(second.shown).toBe(NEW);
    expect(new Set([first, second.key, result.current.key]).size).toBe(3);
  });

  it("is another one where the address leads elsewhere than to what was saved", () => {
    const { result, rerender } = begun(NEW);
    const { key } = result.current;
    act(() => result.current.become("c1"));

    rerender({ named: "c2", usual: null });

    expect(result.current.shown).toBe("c2");
    expect(result.current.key).not.toBe(key);
  });
});
