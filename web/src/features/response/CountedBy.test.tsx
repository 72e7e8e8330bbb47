import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { CountedBy } from "@/features/response/CountedBy";

function shown(report: Parameters<typeof CountedBy>[0]["report"]) {
  const { container } = render(
    <MantineProvider>
      <CountedBy report={report} />
    </MantineProvider>,
  );
  return container;
}

test("what the server counted is told as counted", () => {
  shown({ counted: 312, counting: "whole", estimated: true });

  expect(screen.getByText(/^The server counted the whole/)).toBeTruthy();
});

test("what it counted in part is told as that", () => {
  shown({ counted: 300, counting: "words", estimated: true });

  expect(screen.getByText(/what its template lays around them is estimated/)).toBeTruthy();
});

test("where no server counts, the numbers are told as estimated", () => {
  shown({ counted: null, counting: "whole", estimated: true });

  expect(screen.getByText(/^The numbers are estimated/)).toBeTruthy();
});

test("where nothing is estimated, nothing is told", () => {
  expect(shown({ counting: "whole", estimated: false }).querySelector("p")).toBeNull();
});
