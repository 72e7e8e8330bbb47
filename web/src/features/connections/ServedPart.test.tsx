import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { MantineProvider } from "@mantine/core";
import { act, render, screen, waitFor, waitForElementToBeRemoved } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { connectionsQuery } from "@/api/connections";
import { keysQuery } from "@/api/keys";
import { type ModelJob, type ServedModel, hearJob, modelJobsQuery, servedQuery } from "@/api/served";
import { ServedPart } from "@/features/connections/ServedPart";
import { SOURCE } from "@/features/connections/scenes";

// Who asks the server takes `fetch` as soon as it is loaded.
const server = vi.hoisted(() => {
  const asked: { method: string; path: string; body: unknown }[] = [];
  const answers: Record<string, unknown> = {};
  const answer = async (request: Request) => {
    const { pathname: path } = new URL(request.url);
    const body: unknown = request.method === "POST" ? await request.json().catch(() => null) : null;
    asked.push({ method: request.method, path, body });
    const status = path in answers ? 200 : 400;
    return new Response(JSON.stringify(answers[path] ?? { detail: "Enough." }), {
      status,
      headers: { "content-type": status === 200 ? "application/json" : "application/problem+json" },
    });
  };
  globalThis.fetch = answer as typeof fetch;
  return { asked, answers };
});

const CONTROL = {
  deeds: ["load", "unload", "download"],
  options: [],
  example: "qwen3:8b",
  admin: false,
} as NonNullable<(typeof SOURCE)["control"]>;

const JOB: ModelJob = {
  id: "j1",
  connection: "c1",
  deed: "download",
  model: "gemma3:4b",
  state: "running",
  progress: { said: "pulling aa", done: 1_000_000_000, total: 4_000_000_000, unit: "bytes" },
  message: null,
  started_at: Date.now() / 1000,
  ended_at: null,
};

function shown(jobs: ModelJob[] = [], models?: ServedModel[], options: typeof CONTROL.options = []) {
  const cache = new QueryClient({
    defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } },
  });
  cache.setQueryData(modelJobsQuery("c1").queryKey, jobs);
  if (models) cache.setQueryData(servedQuery("c1").queryKey, models);
  render(
    <QueryClientProvider client={cache}>
      <MantineProvider env="test">
        <ServedPart connection="c1" usual={{}} source={SOURCE} control={{ ...CONTROL, options }} />
      </MantineProvider>
    </QueryClientProvider>,
  );
  return cache;
}

beforeEach(() => {
  server.asked.length = 0;
  server.answers["/api/connections/c1/served-models"] = [
    { id: "qwen3:8b", state: "loaded", size: 5_200_000_000, context: 4096 },
    { id: "llama3.2:1b", state: "unloaded" },
  ];
});

describe("the models on a server", () => {
  it("are asked for when the person asks, and not before", async () => {
    const person = userEvent.setup();
    shown();
    const before = server.asked.length;

    await person.click(screen.getByRole("button", { name: "Ask the server for its models" }));

    expect(before).toBe(0);
    expect(await screen.findByText("loaded · context 4,096 · 5.2 GB")).toBeTruthy();
    expect(screen.getByRole("button", { name: "Unload qwen3:8b" })).toBeTruthy();
    expect(screen.getByRole("button", { name: "Load llama3.2:1b" })).toBeTruthy();
  });

  it("are loaded by a button, and the server's refusal is said", async () => {
    const person = userEvent.setup();
    shown();
    await person.click(screen.getByRole("button", { name: "Ask the server for its models" }));

    await person.click(await screen.findByRole("button", { name: "Load llama3.2:1b" }));

    expect((await screen.findByRole("alert")).textContent).toBe("Enough.");
    expect(server.asked.at(-1)).toEqual({
      method: "POST",
      path: "/api/connections/c1/model-jobs",
      body: { deed: "load", model: "llama3.2:1b", options: {} },
    });
  });

  it("that were asked for before are asked for again once something was done with one", async () => {
    const cache = shown([], [{ id: "qwen3:8b", state: "unloaded" }]);
    const before = server.asked.length;

    act(() => hearJob(cache, { ...JOB, deed: "load", model: "qwen3:8b", state: "done" }));

    expect(before).toBe(0);
    expect(await screen.findByRole("button", { name: "Unload qwen3:8b" })).toBeTruthy();
  });

  it("keep the keyboard where the button that was pressed is gone", async () => {
    const load = { ...JOB, deed: "load", model: "qwen3:8b" } as const;
    const cache = shown([], [{ id: "llama3.2:1b" }, { id: "qwen3:8b", state: "unloaded" }]);
    screen.getByRole("button", { name: "Load qwen3:8b" }).focus();

    act(() => hearJob(cache, load));

    const cancel = await screen.findByRole("button", { name: "Cancel: Loading qwen3:8b" });
    expect(document.activeElement).toBe(screen.getAllByRole("listitem")[1]);
    cancel.focus();
    act(() => hearJob(cache, { ...load, state: "stopped" }));
    await waitForElementToBeRemoved(cancel);
    expect(document.activeElement).toBe(screen.getAllByRole("listitem")[1]);
  });

  it("have one way to try again", () => {
    const failed = { ...JOB, deed: "load", model: "qwen3:8b", state: "failed", message: "No." } as const;

    shown([failed], [{ id: "qwen3:8b", state: "unloaded" }]);

    expect(screen.getByRole("button", { name: "Load qwen3:8b" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Retry: qwen3:8b" })).toBeNull();
  });

  it("say that a download is done where nobody asked for the list", async () => {
    const cache = shown([JOB]);

    act(() => hearJob(cache, { ...JOB, state: "done" }));

    expect(await screen.findByText("Downloaded.")).toBeTruthy();
    expect(server.asked).toEqual([]);
  });

  it("show how far a download is that was begun elsewhere, and stop it", async () => {
    const person = userEvent.setup();
    server.answers["/api/connections/c1/model-jobs/j1/stop"] = { ...JOB, state: "stopped" };
    shown([JOB]);

    const bar = screen.getByRole("progressbar", { name: "Downloading gemma3:4b" });
    await person.click(screen.getByRole("button", { name: "Cancel: Downloading gemma3:4b" }));

    expect(bar.getAttribute("aria-valuenow")).toBe("25");
    expect(screen.getByText(/1 GB of 4 GB · pulling aa/)).toBeTruthy();
    expect(server.asked.at(-1)?.path).toBe("/api/connections/c1/model-jobs/j1/stop");
  });

  it("say why something failed, with the way out, and ask the server anew", async () => {
    const cache = shown([JOB]);
    cache.setQueryData(servedQuery("c1").queryKey, []);
    const message = "The disk of the computer Ollama runs on is full.";

    act(() => hearJob(cache, { ...JOB, state: "failed", message }));

    expect(await screen.findByText(message)).toBeTruthy();
    expect(screen.getByRole("button", { name: "Retry: gemma3:4b" })).toBeTruthy();
    expect(screen.queryByRole("progressbar")).toBeNull();
    expect(cache.getQueryState(servedQuery("c1").queryKey)?.isInvalidated).toBe(true);
  });

  it("keep the name of a download that was refused", async () => {
    const person = userEvent.setup();
    shown();

    await person.type(screen.getByLabelText("Download a model"), "gemma3:4b{Enter}");

    expect((await screen.findByRole("alert")).textContent).toBe("Enough.");
    expect(screen.getByLabelText<HTMLInputElement>("Download a model").value).toBe("gemma3:4b");
  });

  it("have the standing that is shown checked anew once one is loaded", async () => {
    const load = { ...JOB, deed: "load", model: "qwen3:8b" } as const;
    const cache = shown([load], [{ id: "qwen3:8b", state: "unloaded" }]);
    const status = { state: "ready", message: "Connected, but it lists no models.", at: 1 };
    cache.setQueryData(connectionsQuery.queryKey, [{ id: "c1", source: "some", settings: null, status }] as never);

    act(() => hearJob(cache, { ...load, state: "done" }));

    await waitFor(() =>
      expect(server.asked).toContainEqual({ method: "POST", path: "/api/connections/c1/check", body: null }),
    );
  });

  it("have the keys read anew once the server answered with them", async () => {
    const person = userEvent.setup();
    const cache = shown();
    cache.setQueryData(keysQuery.queryKey, []);

    await person.click(screen.getByRole("button", { name: "Ask the server for its models" }));
    await screen.findByRole("button", { name: "Unload qwen3:8b" });

    expect(cache.getQueryState(keysQuery.queryKey)?.isInvalidated).toBe(true);
  });

  it("are loaded as the options above them say, which are folded away", () => {
    const option = { name: "num_ctx", title: "Context", meaning: "", kind: "integer", choices: [], default: null, required: false };
    shown([], [{ id: "qwen3:8b", state: "unloaded" }], [option as never]);

    const fold = screen.getByRole("button", { name: "How a model is loaded" });
    const load = screen.getByRole("button", { name: "Load qwen3:8b" });

    expect(fold.getAttribute("aria-expanded")).toBe("false");
    expect(fold.compareDocumentPosition(load) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
  });
});
