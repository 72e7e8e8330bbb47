import { Code } from "@mantine/core";

/** A sentence, with what stands between `backticks` in it as code. */
export function Coded({ children }: { children: string }) {
  return children
    .split(/`([^`]+)`/)
    .map((piece, at) => (at % 2 ? <Code key={at}>{piece}</Code> : piece));
}
