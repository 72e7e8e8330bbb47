import { act, render, renderHook, waitFor } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { useSections, useSought, useUnfold } from "@/features/response/sections";

beforeEach(() => localStorage.clear());

it("opens one more section, and leaves the others open", async () => {
  localStorage.setItem("tapster-response-sections", JSON.stringify(["system", "body"]));
  const { result } = renderHook(() => ({ open: useSections()[0], unfold: useUnfold() }));

  act(() => result.current.unfold("sent"));
  act(() => result.current.unfold("sent"));

  await waitFor(() => expect(result.current.open).toEqual(["system", "body", "sent"]));
});

it("brings into view what is sought, once", async () => {
  const shown = vi.fn();
  Element.prototype.scrollIntoView = shown;
  const found = vi.fn();
  const Section = ({ isSought }: { isSought: boolean }) => <div ref={useSought(isSought, found)} />;
  const { rerender } = render(<Section isSought={false} />);
  rerender(<Section isSought />);

  await waitFor(() => expect(found).toHaveBeenCalledOnce());
  expect(shown).toHaveBeenCalledOnce();
});
