import { render } from "@testing-library/react";
import { expect, it } from "vitest";
import { type Command, commandsNow, useCommands } from "@/ui/commands";

const command = (label: string): Command => ({ group: "page", label, act: () => undefined });

function Offering({ commands }: { commands: readonly (Command | false | null)[] }) {
  useCommands(commands);
  return null;
}

const labels = () => commandsNow().map(({ label }) => label);

it("offers what can be done as it is now, and only while it is shown", () => {
  const { rerender, unmount } = render(<Offering commands={[command("Stop"), false, null]} />);
  expect(labels()).toEqual(["Stop"]);

  rerender(<Offering commands={[false, command("Regenerate")]} />);
  expect(labels()).toEqual(["Regenerate"]);

  unmount();
  expect(labels()).toEqual([]);
});
