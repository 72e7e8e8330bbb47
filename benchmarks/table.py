"""The table that is printed."""

from collections.abc import Sequence

from benchmarks.rounds import Row

_HEADINGS = ("work", "budget", "ours", "peer", "theirs", "ratio", "per work", "rounds apart", "")


def as_table(rows: Sequence[Row]) -> str:
    """Return `rows` as a Markdown table, readable as it stands; notes come below it."""
    lines = [_HEADINGS, *map(_cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADINGS))]
    shown = [_line(line, widths) for line in lines]
    shown.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    notes = [f"- {row.work}: {row.note}." for row in rows if row.note]
    return "\n".join([*shown, *([""] if notes else []), *notes])


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.work,
        row.budget,
        f"{_number(row.ours)} {row.unit}",
        row.peer,
        "" if row.theirs is None else f"{_number(row.theirs)} {row.unit}",
        "" if row.ratio is None else f"{row.ratio:.2f}",
        "" if row.worked_ratio is None else f"{row.worked_ratio:.2f}",
        f"{row.spread:.0%}" if row.spread else "",
        {True: "kept", False: "missed", None: ""}[row.holds],
    )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "| " + " | ".join(padded) + " |"


def _number(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
