"""`tapster connections export` and `import`: all of them in a file, without any key."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from tapster.cli._connections_shown import Json
from tapster.cli._tables import show_json
from tapster.cli._terminal import note, opened, run
from tapster.core.errors import InvalidInput

if TYPE_CHECKING:
    from tapster.app.connection_files import ConnectionFile


def export_connections(context: typer.Context) -> None:
    """Print every saved connection and proxy preset as JSON, without any key."""

    async def work() -> None:
        async with opened(context) as tapster:
            file = await tapster.connection_files.write()
        show_json(file)
        for each in file.connections:
            if each.left_out:
                note(f"Left out of {each.name!r}, for it is a secret: {', '.join(each.left_out)}.")

    run(work())


def import_connections(
    context: typer.Context,
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="What `export` printed; - reads standard input."),
    ],
    *,
    as_json: Json = False,
) -> None:
    """Add the connections and proxy presets of a file. Their keys are entered anew."""
    carried = _read_file(file)

    async def work() -> None:
        async with opened(context) as tapster:
            taken = await tapster.connection_files.take_in(carried)
        if as_json:
            show_json(taken)
            return
        for name in (each.name for each in taken.proxies):
            note(f"Added the proxy preset {name!r}.")
        for name in (each.name for each in taken.added):
            note(f"Added {name!r}.")
        for renamed in taken.renamed:
            note(f"{renamed.before!r} is called {renamed.after!r} here: that name was taken.")
        for skipped in taken.skipped:
            note(f"Passed over {skipped.name!r}: {skipped.why}")

    run(work())


def _read_file(file: str) -> "ConnectionFile":
    from pathlib import Path

    from msgspec import DecodeError, json

    from tapster.app.connection_files import ConnectionFile

    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from error
    try:
        return json.decode(content, type=ConnectionFile)
    except (DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(
            f"{file} is no file of connections ({error}): write one with `tapster connections "
            "export`."
        ) from error
