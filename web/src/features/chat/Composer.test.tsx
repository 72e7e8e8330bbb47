import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { type ComponentProps, createRef } from "react";
import { beforeEach, expect, it, vi } from "vitest";
import { ProblemError } from "@/api/problems";
import { Composer } from "@/features/chat/Composer";

beforeEach(() => localStorage.clear());

const QUIET = { isKnown: true, writing: null, running: [], ended: {} };
const WRITING = { ...QUIET, writing: "run", running: ["run"] };
const nothing = () => {};

type Given = Partial<ComponentProps<typeof Composer>>;

/** The input of a chat, and somebody in front of it. */
function anInput(given: Given = {}) {
  const cache = new QueryClient({ defaultOptions: { queries: { enabled: false } } });
  const shown = (changes: Given) => (
    <QueryClientProvider client={cache}>
      <MantineProvider>
        <Composer
          chatId="chat"
          ref={createRef()}
          inputs={undefined}
          progress={QUIET}
          onQueue={nothing}
          impersonated={null}
          onImpersonated={nothing}
          lastSaid={null}
          hasSaid={async () => false}
          deliver={async () => "chat"}
          onBegun={nothing}
          deeds={null}
          onRegenerate={null}
          onContinue={null}
          {...given}
          {...changes}
        />
      </MantineProvider>
    </QueryClientProvider>
  );
  const { rerender } = render(shown({}));
  return {
    person: userEvent.setup(),
    box: screen.getByRole("textbox", { name: "Message" }),
    change: (changes: Given) => rerender(shown(changes)),
  };
}

it("says in one place what becomes of what waits, and leaves one in the input", async () => {
  const { person, box } = anInput({ progress: WRITING });
  const status = screen.getByRole("status");
  expect(status.textContent).toBe("");

  await person.type(box, "And then?");
  await person.click(screen.getByRole("button", { name: "Send when the answer ends" }));
  expect(status.textContent).toMatch(/^This is sent when the answer ends/);
  await person.type(box, " Or");
  expect(status.textContent).toMatch(/^This does not wait any more/);
  await person.click(screen.getByRole("button", { name: "Send when the answer ends" }));
  await person.click(screen.getByRole("button", { name: "Do not send it yet" }));

  expect(status.textContent).toBe("");
  expect(screen.getByRole("status")).toBe(status);
  expect(document.activeElement).toBe(box);
});

it("does not send again while the person's message is being written", async () => {
  const deliver = vi.fn().mockRejectedValue(new ProblemError(422, "No."));
  const { person, box, change } = anInput({ deliver });
  await person.type(box, "Hello");
  await person.click(screen.getByRole("button", { name: "Send" }));
  await waitFor(() => expect(screen.getByRole("button", { name: "Retry" })).toBeDefined());

  change({ impersonated: { runId: "run", typed: "Hello", text: "", ended: false, error: null } });
  await person.click(screen.getByRole("button", { name: "Retry" }));

  expect(deliver).toHaveBeenCalledOnce();
});
