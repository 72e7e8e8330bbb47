"""The terminal: opening Tapster for a command, and saying things."""

import re
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from tapster.app import Config, Tapster
    from tapster.engine import Progress

Result = TypeVar("Result")

# What could drive a terminal: C0 and C1 controls but tab and line feed, the overrides of
# direction, which make text read otherwise than it is, and halves of surrogate pairs.
_DRIVING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BREAKS = re.compile("\r\n|[\x0b\x0c\x85\u2028\u2029]")


@dataclass(frozen=True)
class Folders:
    """What the command line said of the folders."""

    data_dir: Path | None
    config_dir: Path | None


def config_of(context: Any, **given: object) -> "Config":
    """Return the configuration for this command."""
    import os

    from tapster.app import read_config

    folders: Folders = context.obj
    return read_config(
        os.environ,
        {"data_dir": folders.data_dir, "config_dir": folders.config_dir, **given},
    )


@asynccontextmanager
async def opened(context: Any, config: "Config | None" = None) -> AsyncIterator["Tapster"]:
    """Open Tapster for one command; the loading of the embedded model is shown."""
    from tapster.app import Tapster
    from tapster.cli._logging import keep_log

    config = config or config_of(context)
    keep_log(config)
    progress = _ProgressLine()
    async with Tapster.open(config, report=progress) as tapster:
        try:
            yield tapster
        finally:
            progress.go_away()


class _ProgressLine:
    """A line of standard error that says a model is being loaded, and goes away again."""

    def __init__(self) -> None:
        self._is_shown = False

    def __call__(self, progress: "Progress") -> None:
        """Show how far the loading is; not where standard error is no terminal."""
        if not sys.stderr.isatty():
            return
        if progress.state in {"found", "loading"}:
            seconds = f" {progress.seconds:.0f} s" if progress.seconds >= 1 else ""
            self._write(f"Loading {one_line(progress.model)} …{seconds}")
            self._is_shown = True
        elif self._is_shown:
            self._write("")
            self._is_shown = False

    def _write(self, text: str) -> None:
        clear_line()
        sys.stderr.write(text)
        sys.stderr.flush()

    def go_away(self) -> None:
        """Clear the line if the command ended before the loading did."""
        if self._is_shown:
            self._write("")


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run `work` to its end. It must not wait for the keyboard: see `_desk`."""
    import asyncio

    return asyncio.run(work)


def complain(message: str, code: int) -> int:
    """Say `message` on standard error, in one line, and return the exit code."""
    print(f"tapster: {one_line(message)}", file=sys.stderr)
    return code


def note(text: str) -> None:
    """Say something beside the result, on standard error."""
    print(printable(text), file=sys.stderr)


def clear_line() -> None:
    """Clear the line the cursor is in, on a terminal."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[2K")
        sys.stderr.flush()


def printable(text: str) -> str:
    """Return `text` without what could drive a terminal; line breaks and tabs stay."""
    return _DRIVING.sub("", _BREAKS.sub("\n", text))


def one_line(text: str) -> str:
    """Return `text` as it may stand in a line of its own."""
    return " ".join(printable(text).split())


def counted(count: int, thing: str) -> str:
    """Return a number of things in words, such as `1 key`."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def moment(when: float | None) -> str:
    """Return a time as a person reads it."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(when)) if when else "never"
