import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Message } from "@/api/messages";
import { type Models, RowView } from "@/features/chat/RowView";
import { begun } from "@/features/chat/reply";
import type { Row } from "@/features/chat/rows";
import { aMessage, aRun } from "@/features/chat/scenes";

const TITLES: Record<string, string> = { old: "The old model", new: "The new model" };
const MODELS: Models = {
  of: (id) => (id in TITLES ? { title: TITLES[id] } : null),
  chosen: { title: TITLES.new },
};
const OPENINGS = { edit() {}, name() {}, editions() {}, otherConnection() {}, asked: "c1" };

const show = (row: Row) =>
  render(
    <MantineProvider>
      <RowView row={row} isLast isEditing={false} isBusy={false} models={MODELS} deeds={null} openings={OPENINGS} />
    </MantineProvider>,
  );
const answer = (model: string | null): Message =>
  aMessage("a", { role: "assistant", reply: model === null ? null : ({ model, notices: [], attempts: [] } as never) });
const said = (message: Message): Row => ({ kind: "message", key: "a", message, reply: null });
const name = () => screen.getByRole("article").getAttribute("aria-label");

it("names an answer by the model that gave it, not by the one that is chosen now", () => {
  show(said(answer("old")));

  expect(name()).toBe("The old model");
});

it("names a model that is no longer offered by its id", () => {
  show(said(answer("gone")));

  expect(name()).toBe("gone");
});

it("does not say that the chosen model wrote what came from elsewhere", () => {
  show(said(answer(null)));

  expect(name()).toBe("Model");
});

it("names what is awaited by the model that is asked", () => {
  const reply = begun(aRun("r", { parent_id: "q" }));
  show({ kind: "waiting", key: "r", message: answer(null), reply });

  expect(name()).toBe("The new model");
});
