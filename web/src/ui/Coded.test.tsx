import { MantineProvider } from "@mantine/core";
import { render } from "@testing-library/react";
import { expect, it } from "vitest";
import { Coded } from "@/ui/Coded";

it("shows what stands between backticks as code, and one alone as it is", () => {
  const { container } = render(
    <MantineProvider>
      <p>
        <Coded>{"Start it with `--api`, or `--listen`; 5` is a length."}</Coded>
      </p>
    </MantineProvider>,
  );

  expect([...container.querySelectorAll("code")].map(({ textContent }) => textContent)).toEqual(["--api", "--listen"]);
  expect(container.querySelector("p")?.textContent).toBe("Start it with --api, or --listen; 5` is a length.");
});
