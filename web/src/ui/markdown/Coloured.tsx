import { memo, useEffect, useState } from "react";
import type { RootContent } from "hast";
import { useThrottled } from "@/ui/markdown/throttled";

type Colour = (code: string, language: string) => RootContent[] | null;

/** More than this is read as a file, not as a message: it stays plain. */
const LONGEST = 60_000;
const PATIENCE = 150;

let colour: Colour | null = null;

/** Code in colours. What was added since they were last put on stands behind it, plain. */
export function Coloured({ code, language }: { code: string; language: string }) {
  const wanted = language !== "" && code.length < LONGEST;
  const [ready, setReady] = useState(colour !== null);
  useEffect(() => {
    if (ready || !wanted) return;
    let there = true;
    import("@/ui/markdown/colours").then(
      (it) => {
        colour = it.colour;
        if (there) setReady(true);
      },
      () => {},
    );
    return () => {
      there = false;
    };
  }, [ready, wanted]);
  const known = useThrottled(code, PATIENCE);
  if (!ready || !wanted || !code.startsWith(known)) return code;
  return (
    <>
      <Painted code={known} language={language} />
      {code.slice(known.length)}
    </>
  );
}

const Painted = memo(function Painted({ code, language }: { code: string; language: string }) {
  const tree = colour?.(code, language);
  return tree ? tree.map(piece) : code;
});

function piece(node: RootContent, at: number) {
  if (node.type === "text") return node.value;
  if (node.type !== "element") return null;
  const names = node.properties.className;
  return (
    <span key={at} className={Array.isArray(names) ? names.join(" ") : undefined}>
      {node.children.map(piece)}
    </span>
  );
}
