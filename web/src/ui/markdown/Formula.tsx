import { useEffect, useLayoutEffect, useRef, useState } from "react";
import classes from "@/ui/markdown/Markdown.module.css";

type Draw = (formula: string, place: HTMLElement, display: boolean) => void;

let draw: Draw | null = null;

/** Mathematics, set when its typesetter is there; until then as it was written. */
export function Formula({ formula, display = false }: { formula: string; display?: boolean }) {
  const place = useRef<HTMLSpanElement>(null);
  const [ready, setReady] = useState(draw !== null);
  useEffect(() => {
    if (ready) return;
    let there = true;
    import("@/ui/markdown/typesetter").then(
      (it) => {
        draw = it.draw;
        if (there) setReady(true);
      },
      () => {},
    );
    return () => {
      there = false;
    };
  }, [ready]);
  useLayoutEffect(() => {
    if (ready && place.current) draw?.(formula, place.current, display);
  }, [ready, formula, display]);
  const name = display ? classes.display : classes.formula;
  // The typesetter fills the first one itself: React puts nothing into it.
  if (ready) return <span key="set" ref={place} className={name} />;
  return (
    <span key="written" className={name}>
      <code className={classes.code}>{formula}</code>
    </span>
  );
}
