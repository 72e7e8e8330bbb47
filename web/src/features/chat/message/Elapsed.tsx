import { useTranslation } from "react-i18next";
import { useElapsed } from "@/lib/elapsed";
import { duration } from "@/lib/figures";

/** The time since `from` (milliseconds), once it is worth a word. Not read aloud. */
export function Elapsed({ from }: { from: number }) {
  const { i18n } = useTranslation();
  const seconds = useElapsed(true, from);
  if (seconds < 1) return null;
  return (
    <span aria-hidden style={{ fontVariantNumeric: "tabular-nums" }}>
      {duration(seconds, i18n.language)}
    </span>
  );
}
