import { MantineProvider } from "@mantine/core";
import { fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Message, Reply } from "@/api/messages";
import { fenced } from "@/features/chat/files";
import { MessageView, type MessageViewProps } from "@/features/chat/message/MessageView";
import type { LiveReply, MessageActions } from "@/features/chat/message/types";

beforeAll(() => import("@/ui/markdown/Rendered"), 60_000);
beforeEach(() => sessionStorage.clear());

let count = 0;

function message(change: Partial<Message> = {}): Message {
  count += 1;
  const text = change.text ?? "Hello.";
  return {
    id: `message-${count}`,
    chat_id: "chat",
    parent_id: null,
    role: "assistant",
    author: null,
    text,
    parts: text ? [{ type: "text", text }] : [],
    hidden: false,
    reply: null,
    run_id: null,
    editions: 0,
    number: count,
    created_at: 1_700_000_000,
    updated_at: 1_700_000_000,
    deleted_at: null,
    swipe: 0,
    swipes: 1,
    version: 1,
    ...change,
  };
}

const ended = (change: Partial<Reply> = {}): Reply => ({
  finish: "stop",
  answered_by: null,
  attempts: [],
  began_at: 100,
  first_token_at: 100.5,
  ended_at: 102.1,
  connection: "claude",
  error: null,
  model: "a-model",
  notices: [],
  raw_finish: null,
  source: null,
  usage: {
    input: 1000,
    output: 312,
    reasoning: 0,
    cache_read: 0,
    cache_write: 0,
    cost: 0.002,
    cost_estimated: false,
    raw: {},
  },
  ...change,
});

const failure = (change: object) =>
  ({
    type: "failed",
    reason: "auth",
    message: "Incorrect API key provided.",
    status: 401,
    code: null,
    detail: null,
    error_type: null,
    param: null,
    retry_after: null,
    ...change,
  }) as NonNullable<Reply["error"]>;

const living = (change: Partial<LiveReply> = {}): LiveReply => ({
  text: "",
  reasoning: "",
  phase: "waiting",
  startedAt: Date.now() - 3500,
  firstTokenAt: null,
  notices: [],
  ...change,
});

const nothing: MessageActions = {};

function view(change: Partial<MessageViewProps> = {}) {
  return (
    <MantineProvider env="test">
      <MessageView
        message={change.message ?? message()}
        isLast
        editing={false}
        actions={nothing}
        onEdit={() => Promise.resolve()}
        onCancelEdit={() => {}}
        {...change}
      />
    </MantineProvider>
  );
}

describe("thinking", () => {
  const thought = message({
    text: "Yes.",
    parts: [
      { type: "reasoning", text: "Let me *see*." } as Message["parts"][number],
      { type: "text", text: "Yes." },
    ],
  });

  it("is folded, opens on a click and stays open when the message comes back", async () => {
    const person = userEvent.setup();
    const { unmount } = render(view({ message: thought }));
    expect(screen.queryByText(/Let me/)).toBeNull();

    await person.click(screen.getByRole("button", { name: "Thought first" }));
    expect(await screen.findByText(/Let me/)).toBeDefined();
    unmount();
    render(view({ message: thought }));

    expect(await screen.findByText(/Let me/)).toBeDefined();
  });

  it("is timed while it lasts and when it is over", () => {
    const now = message({ text: "" });
    const startedAt = Date.now() - 4000;
    const { rerender } = render(
      view({ message: now, live: living({ phase: "thinking", reasoning: "Hm", startedAt }) }),
    );
    expect(screen.getByRole("button", { name: /Thinking…/ }).textContent).toContain("4 s");

    rerender(
      view({
        message: now,
        live: living({ phase: "writing", reasoning: "Hm", text: "A", startedAt, firstTokenAt: startedAt + 4000 }),
      }),
    );
    expect(screen.getByRole("button", { name: "Thought for 4 s" })).toBeDefined();

    const parts = [{ type: "reasoning", text: "Hm" } as Message["parts"][number], ...message({ text: "A" }).parts];
    rerender(view({ message: { ...now, text: "A", parts, reply: ended({ first_text_at: 104 }) } }));
    expect(screen.getByRole("button", { name: "Thought for 4 s" })).toBeDefined();
  });
});

describe("waiting", () => {
  it.each([
    ["connecting", "Connecting…"],
    ["waiting", "Waiting for the first words…"],
  ] as const)("says what for, and how long: %s", (phase, words) => {
    render(view({ message: message({ text: "" }), live: living({ phase }) }));

    expect(screen.getByText(words, { exact: false }).textContent).toContain("3 s");
    expect(screen.getByRole("article").getAttribute("aria-busy")).toBe("true");
    expect(screen.queryByRole("button", { name: "Copy" })).toBeNull();
  });
});

describe("an answer that ended otherwise", () => {
  const act = () => ({ retry: vi.fn(), continue: vi.fn(), useOtherConnection: vi.fn() });

  it("says why it failed, in the provider's words too, with the ways out", async () => {
    const person = userEvent.setup();
    const actions = act();
    const reply = ended({ finish: "failed", error: failure({}), usage: null });
    render(view({ message: message({ text: "", reply }), actions }));

    expect(screen.getByText("The key was refused by the provider.")).toBeDefined();
    expect(screen.getByText("Incorrect API key provided.")).toBeDefined();
    await person.click(screen.getByRole("button", { name: "Retry" }));
    await person.click(screen.getByRole("button", { name: "Use another connection" }));
    expect(actions.retry).toHaveBeenCalledOnce();
    expect(actions.useOtherConnection).toHaveBeenCalledOnce();
    expect(screen.queryByRole("button", { name: "Continue" })).toBeNull();

    await person.click(screen.getByRole("button", { name: "Details" }));
    expect(screen.getByText(/HTTP 401/)).toBeDefined();
  });

  it.each([
    ["interrupted", "Tapster ended while this was being written. What had come is kept.", "Continue"],
    ["length", "The answer reached the most tokens it may have.", "Continue"],
    ["stopped", "Stopped.", "Continue"],
    ["content_filter", "The provider's filter cut this answer off.", "Use another connection"],
  ] as const)("%s", (finish, sentence, way) => {
    render(view({ message: message({ text: "Half", reply: ended({ finish }) }), actions: act() }));

    expect(screen.getByText(sentence)).toBeDefined();
    expect(screen.getByRole("button", { name: way })).toBeDefined();
  });

  it("says so when nothing came, and nothing when all went well", () => {
    const { rerender } = render(view({ message: message({ text: "", reply: ended() }), actions: act() }));
    expect(screen.getByText("The model answered with nothing.")).toBeDefined();

    rerender(view({ message: message({ reply: ended() }), actions: act() }));
    expect(screen.queryByText("The model answered with nothing.")).toBeNull();
  });

  it("says how long the provider asks to wait", () => {
    const error = failure({ reason: "rate_limit", status: 429, retry_after: 20 });
    render(view({ message: message({ text: "", reply: ended({ error }) }), actions: act() }));

    expect(screen.getByText(/too many requests\. It asks for 20 s\./)).toBeDefined();
  });
});

describe("alternatives", () => {
  const three = message({ swipe: 1, swipes: 3, reply: ended() });
  const next = () => screen.getByRole("button", { name: "Next alternative reply" });

  it("are stepped through", async () => {
    const person = userEvent.setup();
    const swipe = vi.fn();
    render(view({ message: three, actions: { swipe } }));

    expect(screen.getByText("2 of 3")).toBeDefined();
    await person.click(screen.getByRole("button", { name: "Previous alternative reply" }));
    await person.click(next());

    expect(swipe.mock.calls).toEqual([[0], [2]]);
  });

  it("grow by one beyond the last, only at the end of the chat", async () => {
    const person = userEvent.setup();
    const swipe = vi.fn();
    const last = { ...three, swipe: 2 };
    const { rerender } = render(view({ message: last, actions: { swipe } }));
    await person.click(next());
    expect(swipe).toHaveBeenCalledWith("new");

    rerender(view({ message: last, actions: { swipe }, isLast: false }));
    expect(next()).toHaveProperty("disabled", true);
  });

  it("follow a finger to the side, and not one that scrolls", () => {
    const swipe = vi.fn();
    render(view({ message: three, actions: { swipe } }));
    const place = screen.getByRole("article");
    const draw = (x: number, y: number) => {
      const touch = { pointerType: "touch", pointerId: 1, isPrimary: true };
      fireEvent.pointerDown(place, { ...touch, clientX: 200, clientY: 200 });
      fireEvent.pointerUp(place, { ...touch, clientX: 200 + x, clientY: 200 + y });
    };

    draw(-100, 10);
    draw(100, -20);
    draw(-80, 120);
    draw(-20, 0);

    expect(swipe.mock.calls).toEqual([[2], [0]]);
  });
});

describe("figures", () => {
  it("stand in a line, and all of them on a click", async () => {
    const person = userEvent.setup();
    const attempts: Reply["attempts"] = [
      { reason: "rate_limit", message: "Slow down", status: 429, key: "…1a2b", address: null },
    ];
    render(view({ message: message({ reply: ended({ attempts }) }) }));

    await person.click(screen.getByRole("button", { name: "312 tokens · 2.1 s · $0.002 · 1 try before · a-model" }));
    const card = await screen.findByRole("dialog");
    expect(within(card).getByText("1,000")).toBeDefined();
    expect(within(card).getByText("195 tokens/s")).toBeDefined();
    expect(within(card).getByText(/429 · …1a2b · Slow down/)).toBeDefined();
  });

  it("say where the cost is an estimate", () => {
    const usage = { ...ended().usage, cost_estimated: true } as Reply["usage"];
    render(view({ message: message({ reply: ended({ usage }) }) }));

    expect(screen.getByRole("button", { name: /≈ \$0\.002/ })).toBeDefined();
  });
});

describe("what can be done", () => {
  it("is what is offered: four at hand, the rest behind ⋯", async () => {
    const person = userEvent.setup();
    const checkpoint = vi.fn();
    const act = () => {};
    render(
      view({ actions: { copy: act, edit: act, regenerate: act, branch: act, checkpoint, delete: act } }),
    );

    for (const name of ["Copy", "Edit", "Regenerate", "Branch from here"]) {
      expect(screen.getByRole("button", { name })).toBeDefined();
    }
    await person.click(screen.getByRole("button", { name: "More" }));
    expect(await screen.findByRole("menuitem", { name: "Delete" })).toBeDefined();
    expect(screen.queryByRole("menuitem", { name: "Move up" })).toBeNull();
    await person.click(screen.getByRole("menuitem", { name: "Set a checkpoint" }));
    expect(checkpoint).toHaveBeenCalledOnce();
  });
});

describe("editing", () => {
  const own = message({ role: "user", text: "Before" });
  const field = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Text of the message" });

  it("saves and has it answered, also where nothing was changed", async () => {
    const person = userEvent.setup();
    const [onEdit, onEditAndAnswer] = [vi.fn(async () => {}), vi.fn(async () => {})];
    const { rerender } = render(view({ message: own, editing: true, onEdit, onEditAndAnswer }));

    await person.click(screen.getByRole("button", { name: "Save and answer" }));
    await person.type(screen.getByRole("textbox"), "!");
    await person.click(screen.getByRole("button", { name: "Save and answer" }));

    expect(onEditAndAnswer.mock.calls).toEqual([["Before", 1], ["Before!", 1]]);
    expect(onEdit).not.toHaveBeenCalled();
    rerender(view({ message: own, editing: true, onEdit }));
    expect(screen.queryByRole("button", { name: "Save and answer" })).toBeNull();
  });

  it("saves with Ctrl-Enter", async () => {
    const person = userEvent.setup();
    const onEdit = vi.fn(() => Promise.resolve());
    render(view({ message: own, editing: true, onEdit }));

    await person.type(field(), " and after{Control>}{Enter}{/Control}");

    expect(onEdit).toHaveBeenCalledWith("Before and after", own.version);
  });

  it("shows what another window made of it meanwhile, and loses neither", async () => {
    const person = userEvent.setup();
    const onEdit = vi.fn(() => Promise.resolve());
    const { rerender } = render(view({ message: own, editing: true, onEdit }));
    await person.type(field(), " mine");
    const theirs = { ...own, text: "Theirs", version: own.version + 1 };
    rerender(view({ message: theirs, editing: true, onEdit }));

    expect(screen.getByRole("alert").textContent).toContain("Theirs");
    await person.type(field(), "{Control>}{Enter}{/Control}");
    expect(onEdit).toHaveBeenLastCalledWith("Before mine", own.version);

    await person.click(screen.getByRole("button", { name: "Go on with mine" }));
    expect(screen.queryByRole("alert")).toBeNull();
    await person.type(field(), "{Control>}{Enter}{/Control}");
    expect(onEdit).toHaveBeenLastCalledWith("Before mine", theirs.version);
  });

  it("closes with Esc and has what was typed when it opens again", async () => {
    const person = userEvent.setup();
    const onCancelEdit = vi.fn();
    const { unmount } = render(view({ message: own, editing: true, onCancelEdit }));
    await person.type(field(), " more{Escape}");
    expect(onCancelEdit).toHaveBeenCalledOnce();
    unmount();

    render(view({ message: own, editing: true }));
    expect(field().value).toBe("Before more");
    await person.click(screen.getByRole("button", { name: "Back to what is kept" }));

    expect(field().value).toBe("Before");
  });

  it("keeps what was typed when it cannot be saved", async () => {
    const person = userEvent.setup();
    const onEdit = () => Promise.reject(new Error("Tapster does not answer."));
    render(view({ message: own, editing: true, onEdit }));

    await person.type(field(), "!");
    await person.click(screen.getByRole("button", { name: "Save" }));

    expect(await screen.findByText("Tapster does not answer.")).toBeDefined();
    expect(field().value).toBe("Before!");
  });
});

describe("parts", () => {
  it("are shown each in its way", async () => {
    const parts = [
      { type: "text", text: "See:" },
      { type: "image", url: "attachment:a1" },
      { type: "image", url: "https://elsewhere.example/x.png" },
      { type: "file", name: "notes.txt", url: "attachment:b2" },
      { type: "tool-call", id: "1", name: "get_weather", arguments: '{"city":"Aachen"}' },
      { type: "refusal", text: "No." },
    ] as Message["parts"];
    const { container } = render(view({ message: message({ text: "See:", parts }) }));

    const images = [...container.querySelectorAll("img")].map((each) => each.getAttribute("src"));
    expect(images).toEqual(["/api/attachments/a1/content"]);
    expect(screen.getByRole("link", { name: "Save notes.txt" }).getAttribute("href")).toBe(
      "/api/attachments/b2/content",
    );
    expect(screen.getByRole("button", { name: "Calls the tool get_weather" })).toBeDefined();
    expect(screen.getByText("The model declines")).toBeDefined();
    fireEvent.error(container.querySelector("img") as HTMLImageElement);
    expect(screen.getByText(/This image cannot be shown/)).toBeDefined();
  });

  it("show a text that was attached by its name and size, and in whole on a click", async () => {
    const person = userEvent.setup();
    const parts: Message["parts"] = [
      { type: "text", text: fenced("pasted.txt", "Once upon a time.") },
      { type: "text", text: "Sum it up" },
    ];
    render(view({ message: message({ role: "user", parts }) }));
    expect(await screen.findByText("Sum it up")).toBeDefined();
    expect(screen.queryByText(/Once upon/)).toBeNull();

    await person.click(screen.getByRole("button", { name: "pasted.txt 17 bytes" }));

    expect(within(await screen.findByRole("dialog")).getByText("Once upon a time.")).toBeDefined();
  });

  it("show what the person wrote above code as it was written", async () => {
    const text = "Explain main.py:\n```py\nprint(1)\n```\n\nWhy?";
    const { container } = render(view({ message: message({ role: "user", text }) }));

    await waitFor(() => expect(container.textContent).toContain("Explain main.py:"));
    expect(container.textContent).toContain("print(1)");
    expect(screen.queryByRole("button", { name: /main\.py/ })).toBeNull();
  });

  it("show what looks like a file in an answer as it was written", async () => {
    render(view({ message: message({ text: fenced("a.py", "print(1)") }) }));

    expect(await screen.findByText(/print/)).toBeDefined();
  });

  it("say that they are hidden, and changed", () => {
    render(view({ message: message({ hidden: true, editions: 2 }) }));

    expect(screen.getByText("hidden from the model")).toBeDefined();
    expect(screen.getByText("edited, 2 earlier versions")).toBeDefined();
  });

  it("are not drawn anew when the answer ends", async () => {
    const now = message({ text: "" });
    const { rerender } = render(view({ message: now, live: living({ phase: "writing", text: "Some *words*" }) }));
    const words = await screen.findByText("words");

    rerender(view({ message: { ...now, ...message({ id: now.id, text: "Some *words*", reply: ended() }) } }));

    expect(screen.getByText("words")).toBe(words);
  });
});

it("has no fault that axe finds", async () => {
  const act = () => {};
  const all = { copy: act, edit: act, regenerate: act, branch: act, swipe: act, delete: act, editions: act };
  const text = "# One\n\n- [x] a\n\n```js\n1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n||x||";
  const { container } = render(
    view({ message: message({ text, editions: 1, reply: ended({ notices: ["Left out."] }) }), actions: all }),
  );
  await waitFor(() => expect(container.querySelector("table")).not.toBeNull());

  const { violations } = await axe.run(container, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: false }, "heading-order": { enabled: false } },
  });

  expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
});
