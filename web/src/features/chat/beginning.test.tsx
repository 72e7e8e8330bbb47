import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import { type ReactNode, useState } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ProblemError, Unreachable } from "@/api/problems";
import { useBeginning } from "@/features/chat/beginning";
import { SERVER } from "@/features/chat/door";
import { keepDraft, readDraft } from "@/features/chat/draft";
import { livingOf } from "@/features/chat/livings";
import { aChat, aDoor, aMessage } from "@/features/chat/scenes";
import { useTyping } from "@/features/chat/typing";

const QUIET = { isKnown: true, writing: null, running: [], ended: {} };
const neverSaid = async () => false;
const gone = new ProblemError(404, "There is no such chat.");
const say = vi.fn<typeof SERVER.say>();
const begin = vi.fn<typeof SERVER.begin>();
const known = { ...SERVER };

beforeEach(() => {
  localStorage.clear();
  say.mockReset();
  begin.mockReset();
  Object.assign(SERVER, aDoor({ say, begin }).door);
});
afterEach(() => void Object.assign(SERVER, known));

/** The input of a chat that begins with what is said first. */
function anInput(onBegun: (chatId: string) => void = () => {}) {
  const cache = new QueryClient({ defaultOptions: { queries: { enabled: false } } });
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={cache}>{children}</QueryClientProvider>
  );
  const useInput = () => {
    const [begun, setBegun] = useState<string | null>(null);
    const deliver = useBeginning({ living: begun === null ? null : livingOf(begun), onChat: setBegun });
    return useTyping({ chatId: null, deliver, onBegun, lastSaid: null, hasSaid: neverSaid, progress: QUIET });
  };
  const { result, unmount } = renderHook(useInput, { wrapper });
  return { now: () => result.current, send: () => act(() => result.current.send()), unmount };
}

it("begins another chat where the one that was begun before a reload is gone", async () => {
  keepDraft(null, { text: "Hello", enclosed: [], chat: "gone" });
  say.mockRejectedValueOnce(gone).mockResolvedValue({ message: aMessage("m"), run: null });
  begin.mockResolvedValue(aChat({ id: "another" }));
  const onBegun = vi.fn();
  const input = anInput(onBegun);

  input.send();
  await waitFor(() => expect(input.now()).toMatchObject({ text: "Hello", trouble: gone }));
  expect(begin).not.toHaveBeenCalled();
  input.send();

  await waitFor(() => expect(onBegun).toHaveBeenCalledExactlyOnceWith("another"));
  expect(say.mock.calls.map(([id]) => id)).toEqual(["gone", "another"]);
});

it("begins another chat where the one of an earlier try is deleted", async () => {
  keepDraft(null, { text: "Hello", enclosed: [] });
  begin.mockResolvedValueOnce(aChat({ id: "first" })).mockResolvedValueOnce(aChat({ id: "second" }));
  say.mockRejectedValue(new Unreachable());
  const onBegun = vi.fn();
  const input = anInput(onBegun);

  input.send();
  await waitFor(() => expect(input.now().trouble).toBeInstanceOf(Unreachable));
  say.mockReset().mockRejectedValueOnce(gone).mockResolvedValue({ message: aMessage("m"), run: null });
  input.send();
  await waitFor(() => expect(input.now().trouble).toBe(gone));
  input.send();

  await waitFor(() => expect(onBegun).toHaveBeenCalledExactlyOnceWith("second"));
});

it("keeps for later which chat was begun, also after one went away", async () => {
  keepDraft(null, { text: "Hello", enclosed: [] });
  let arrive: (chat: ReturnType<typeof aChat>) => void = () => {};
  begin.mockReturnValue(new Promise((resolve) => (arrive = resolve)));
  say.mockReturnValue(new Promise(() => {}));
  const input = anInput();

  input.send();
  await waitFor(() => expect(begin).toHaveBeenCalled());
  input.unmount();
  arrive(aChat({ id: "begun" }));

  await waitFor(() => expect(readDraft(null)).toMatchObject({ text: "Hello", chat: "begun" }));
});
