"""`tapster import`: chats of other programs, and those that were exported."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tapster.cli._tables import show_json
from tapster.cli._terminal import complain, counted, note, one_line, opened, run
from tapster.core.errors import InvalidInput, TapsterError

if TYPE_CHECKING:
    from tapster.chats.imports import Imported

# Files of one's own machine may be larger than what a server takes from elsewhere.
_MOST_BYTES = 1 << 30
_CHATS = frozenset({".json", ".jsonl"})
_SHORT = 8


def import_(
    context: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="Files, or folders with .jsonl files below them."),
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Bring in chats: exported ones (json), and SillyTavern's chat files (jsonl).

    Each file is imported whole or not at all. Characters, lorebooks and presets: not yet.
    """
    from tapster.core.people import ME

    files, others = _files_in(paths)
    made: list[Imported] = []
    failed = 0

    async def work() -> None:
        nonlocal failed
        async with opened(context) as tapster:
            for file in files:
                try:
                    imported = await tapster.imports.read(ME, _read(file), name=file.name)
                except (TapsterError, OSError) as error:
                    failed += 1
                    why = error.message if isinstance(error, TapsterError) else error.strerror
                    complain(f"{file}: {why}", 1)
                    continue
                made.append(imported)
                if not as_json:
                    _tell(file, imported)

    run(work())
    if as_json:
        show_json(made)
    if others:
        note(
            f"Left alone: {counted(others, 'other file')}. Only .jsonl files are looked for in "
            "folders; characters, lorebooks and presets cannot be imported yet."
        )
    note(f"Imported {counted(sum(len(each.chats) for each in made), 'chat')}.")
    if failed:
        raise typer.Exit(2)


def _files_in(paths: list[Path]) -> tuple[list[Path], int]:
    """Return the files to import, and how many others lie in the folders."""
    files: list[Path] = []
    others = 0
    for path in paths:
        place = path.expanduser()
        if not place.exists():
            raise InvalidInput(f"{path} is not there: look at the name again.", field="path")
        if not place.is_dir():
            files.append(place)
            continue
        below = [each for each in sorted(place.rglob("*")) if each.is_file()]
        chats = [
            each for each in below if each.suffix.lower() == ".jsonl" and not each.is_symlink()
        ]
        files += chats
        others += len(below) - len(chats)
    return files, others


def _read(file: Path) -> bytes:
    if file.suffix.lower() not in _CHATS:
        raise InvalidInput(
            "is no chat by its name: chats are .json and .jsonl files. Characters, lorebooks and "
            "presets cannot be imported yet.",
            field="path",
        )
    if not file.is_file():
        raise InvalidInput("is no file.", field="path")
    size = file.stat().st_size
    if size > _MOST_BYTES:
        raise InvalidInput(
            f"has {size:,} bytes and may have {_MOST_BYTES:,}: export it without its files.",
            field="path",
        )
    return file.read_bytes()


def _tell(file: Path, imported: "Imported") -> None:
    for chat in imported.chats:
        print(f"{chat.id[:_SHORT]}  {one_line(chat.title) or one_line(file.name)}")
    for each in imported.notes:
        note(f"{file.name}: {each}")
