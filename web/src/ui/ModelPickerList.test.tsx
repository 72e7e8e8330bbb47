import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { VirtuosoMockContext } from "react-virtuoso";
import { describe, expect, it, vi } from "vitest";
import { ModelPickerList } from "@/ui/ModelPickerList";
import type { ListedModel } from "@/ui/ModelPickerRows";

const many = (count: number) => Array.from({ length: count }, (_, at) => ({ id: `vendor/model-${at}` }));

function show(models: readonly ListedModel[], onTake: (id: string | null) => void = () => undefined) {
  render(
    <MantineProvider env="test">
      <VirtuosoMockContext.Provider value={{ viewportHeight: 400, itemHeight: 40 }}>
        <ModelPickerList models={models} value={null} onTake={onTake} favourites={new Set()} label="Model" />
      </VirtuosoMockContext.Provider>
    </MantineProvider>,
  );
}

describe("a list of models", () => {
  it("draws the rows in sight alone, of ten thousand", () => {
    show(many(10_000));

    const drawn = screen.getAllByRole("option");

    expect(drawn.length).toBeGreaterThan(5);
    expect(drawn.length).toBeLessThan(40);
  });

  it("takes what was typed at once on Enter, listed or not", async () => {
    const taken = vi.fn();
    show(many(12), taken);
    const search = screen.getByRole("combobox");

    await userEvent.type(search, "vendor/model-1{Enter}");
    await userEvent.clear(search);
    await userEvent.type(search, "made-up{Enter}");

    expect(taken.mock.calls).toEqual([["vendor/model-1"], ["made-up"]]);
  });
});
