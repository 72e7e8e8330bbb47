"""Results on standard output: tables for eyes, columns for programs, JSON."""

import json
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from tapster.cli._terminal import note, one_line

_GAP = 2
_NARROWEST = 8
# JSON writes the C0 controls as \u00XX by itself; these drive terminals just as well.
_LEFT_BY_JSON = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def show_json(value: object) -> None:
    """Print `value` as JSON. Signs that could drive a terminal are written as escapes."""
    plain = json.dumps(msgspec.to_builtins(value, enc_hook=str), ensure_ascii=False, indent=2)
    print(_LEFT_BY_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", plain))


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str) -> None:
    """Print a table; not on a terminal, tab-separated lines below a line of headings.

    Where there is nothing to show, the sentence `empty` goes to standard error.
    """
    cells = [[one_line(cell) for cell in row] for row in rows]
    if not cells:
        note(empty)
    if not sys.stdout.isatty():
        sys.stdout.writelines("\t".join(row) + "\n" for row in (columns, *cells))
    elif cells:
        width = shutil.get_terminal_size().columns
        sys.stdout.writelines(line + "\n" for line in _laid_out(columns, cells, width))


def _laid_out(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """Yield the lines of a table no wider than `width`: wide cells are folded."""
    table = [list(columns), *map(list, rows)]
    filled = [at for at in range(len(columns)) if any(row[at] for row in table[1:])]
    table = [[row[at] for at in filled] for row in table]
    widths = [max(_width(cell) for cell in column) for column in zip(*table, strict=True)]
    while sum(widths) + _GAP * (len(widths) - 1) > width and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    for row in table:
        folded = [list(_folded(cell, room)) for cell, room in zip(row, widths, strict=True)]
        for at in range(max(map(len, folded))):
            parts = [part[at] if at < len(part) else "" for part in folded]
            yield (
                (" " * _GAP)
                .join(
                    part + " " * (room - _width(part))
                    for part, room in zip(parts, widths, strict=True)
                )
                .rstrip()
            )


def _folded(text: str, room: int) -> Iterator[str]:
    line, taken = "", 0
    for character in text:
        wide = _width(character)
        if taken + wide > room:
            # After the last sign that parts words, if a good half of the line comes before it.
            end = max(line.rfind(sign) for sign in " /,_-") + 1
            end = end if end > len(line) // 2 else len(line)
            yield line[:end]
            line = line[end:]
            taken = _width(line)
        line, taken = line + character, taken + wide
    yield line


def _width(text: str) -> int:
    """Return how many columns `text` takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
