import { expect, it } from "vitest";
import { spokenOf } from "@/features/chat/spoken";

it("says the words and not their marks", () => {
  const text = "# Once\n\n*She* said **yes** to `him`.\n\n- [a place](https://example.org)\n> far away";

  expect(spokenOf(text)).toBe("Once\n\nShe said yes to him.\n\na place\nfar away");
});

it("says code without its fences, and leaves sums and names as they are", () => {
  expect(spokenOf("```js\nlet a = 2 * 3 * 4;\n```\nsnake_case_name")).toBe("let a = 2 * 3 * 4;\nsnake_case_name");
});
