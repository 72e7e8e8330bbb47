import classes from "@/features/chats/tree/Tree.module.css";
import type { Drawing, Placed } from "@/features/chats/tree/layout";
import { LANE, MARGIN, RADIUS, ROW } from "@/features/chats/tree/measures";

type TreeLinesProps = { drawing: Drawing; head: string | null };

const x = ({ lane }: Placed) => lane * LANE + MARGIN;
const y = ({ row }: Placed) => row * ROW + ROW / 2;

/** The lines between segments. The list beside them says the same. */
export function TreeLines({ drawing: { rows, lines, lanes }, head }: TreeLinesProps) {
  const sorted = [...lines].sort((a, b) => Number(a.to.segment.on_path) - Number(b.to.segment.on_path));
  return (
    <svg
      className={classes.lines}
      width={lanes * LANE + MARGIN}
      height={rows.length * ROW}
      aria-hidden
    >
      {sorted.map(({ from, to }) => (
        <path
          key={to.segment.first}
          className={classes.line}
          data-shown={to.segment.on_path || undefined}
          d={pathOf(from, to)}
        />
      ))}
      {rows.map((placed) => (
        <circle
          key={placed.segment.first}
          className={classes.knot}
          data-shown={placed.segment.on_path || undefined}
          data-head={placed.segment.last === head || undefined}
          cx={x(placed)}
          cy={y(placed)}
          r={RADIUS}
        />
      ))}
    </svg>
  );
}

function pathOf(from: Placed, to: Placed): string {
  if (from.lane === to.lane) return `M${x(from)} ${y(from)}V${y(to)}`;
  // Out of the parent to the side, then straight down to where the branch begins.
  const bend = LANE / 2;
  return `M${x(from)} ${y(from)}H${x(to) - bend}Q${x(to)} ${y(from)} ${x(to)} ${y(from) + bend}V${y(to)}`;
}
