"""How a command leaves when the system tells it to: as at Ctrl-C, after its answer was kept."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType

import typer


@dataclass
class Farewell:
    """The signal that told the program to leave, once one has."""

    number: int = 0

    @property
    def was_said(self) -> bool:
        """Whether the program was told to leave, and must not go on as after Ctrl-C."""
        return self.number != 0


def farewells() -> set[signal.Signals]:
    """Return the signals that mean: leave. SIGHUP says that the terminal's window was closed."""
    return {signal.SIGTERM, *([signal.SIGHUP] if sys.platform != "win32" else [])}


@contextmanager
def heeding() -> Iterator[Farewell]:
    """Inside, SIGTERM and SIGHUP stop what Ctrl-C would, and then end the command.

    Its exit code is the one shells know them by: 129 and 143.
    """
    farewell = Farewell()
    if threading.current_thread() is not threading.main_thread():
        yield farewell
        return
    terminals = [each for each in (sys.stdout, sys.stderr) if each.isatty()]

    def leave(number: int, frame: FrameType | None) -> None:
        if farewell.was_said:
            return
        farewell.number = number
        if number != signal.SIGTERM:
            _silence([each.fileno() for each in terminals])
        ctrl_c = signal.getsignal(signal.SIGINT)
        if callable(ctrl_c):
            ctrl_c(signal.SIGINT, frame)

    # One that is ignored stays so: that is how `nohup` is asked for.
    heeded = {each: signal.getsignal(each) for each in farewells()}
    heeded = {each: before for each, before in heeded.items() if before == signal.SIG_DFL}
    for each in heeded:
        signal.signal(each, leave)
    try:
        yield farewell
    except (KeyboardInterrupt, OSError):
        if farewell.was_said:
            raise typer.Exit(128 + farewell.number) from None
        raise
    finally:
        for each, before in heeded.items():
            signal.signal(each, before)


def _silence(files: list[int]) -> None:
    """Lead what is still written to a terminal that is gone to nowhere."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for file in files:
            os.dup2(nowhere, file)
        os.close(nowhere)
