import { fireEvent, render } from "@testing-library/react";
import { useRef } from "react";
import { beforeEach, expect, it, vi } from "vitest";
import type { ComposerHandle } from "@/features/chat/Composer";
import type { Deeds } from "@/features/chat/deeds";
import { useChatKeys } from "@/features/chat/keys";
import { aMessage } from "@/features/chat/scenes";

const swipe = vi.fn();
beforeEach(() => swipe.mockClear());

function Chat({ typed }: { typed: string }) {
  const input = useRef<HTMLTextAreaElement>(null);
  const composer = useRef<ComposerHandle | null>({
    focus: () => {},
    add: () => {},
    send: () => {},
    isEmpty: () => typed === "",
    is: (target) => target === input.current,
    text: () => typed,
  });
  useChatKeys({
    composer,
    deeds: { swipe } as unknown as Deeds,
    isBusy: false,
    lastAnswer: aMessage("a", { role: "assistant" }),
    lastOwn: null,
    onRegenerate: null,
    onContinue: null,
    onEdit: () => {},
  });
  return (
    <main tabIndex={-1}>
      <div data-virtuoso-scroller>
        <article tabIndex={-1}>
          <pre tabIndex={-1}>a long line</pre>
          <div className="table" tabIndex={-1}>
            a wide table
          </div>
        </article>
      </div>
      <textarea ref={input} defaultValue={typed} />
      <input type="range" />
    </main>
  );
}

const press = (place: string, typed = "") => {
  const { baseElement } = render(<Chat typed={typed} />);
  const target = place === "body" ? document.body : baseElement.querySelector(place);
  fireEvent.keyDown(target as Element, { key: "ArrowRight" });
};

it.each(["body", "main", "article", "[data-virtuoso-scroller]", "textarea"])(
  "has another answer written from %s",
  (place) => {
    press(place);

    expect(swipe).toHaveBeenCalledExactlyOnceWith(expect.anything(), "new");
  },
);

it.each(["pre", ".table", "input"])("leaves the arrows to %s, which goes through itself with them", (place) => {
  press(place);

  expect(swipe).not.toHaveBeenCalled();
});

it("leaves the arrows to the input while something is typed", () => {
  press("textarea", "Hello");

  expect(swipe).not.toHaveBeenCalled();
});
