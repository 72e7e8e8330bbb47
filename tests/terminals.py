"""A real terminal for a program under test: types, reads, and presses Ctrl-C."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

CTRL_C, CTRL_D = "\x03", "\x04"


class Terminal:
    """A program in a terminal `width` columns wide; `screen` is everything it has written."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str],
        width: int = 100,
        stdout: int | None = None,
    ) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
        self._process = subprocess.Popen(  # noqa: S603  # the program under test
            list(map(str, command)),
            env={**environment, "TERM": "xterm", "COLUMNS": str(width)},
            stdin=slave,
            stdout=slave if stdout is None else stdout,
            stderr=slave,
            start_new_session=True,
            preexec_fn=_take_the_terminal,  # noqa: PLW1509  # no threads run in these tests
        )
        os.close(slave)
        self.screen = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(10)
        os.close(self._master)

    def type(self, text: str) -> None:
        """Type `text` as it is; a line ends with `\\n`."""
        if text in {CTRL_C, CTRL_D}:
            # Nobody is so quick as to press them before the program waits for its line.
            time.sleep(0.2)
        os.write(self._master, text.encode())

    def until(self, words: str, *, within: float = 30.0) -> str:
        """Return what was written since the last call, up to and with the pattern `words`."""
        start = getattr(self, "_seen", 0)
        ends = time.monotonic() + within
        while not (found := re.search(words, self.screen[start:])):
            if not self._read(ends - time.monotonic()):
                raise AssertionError(f"{words!r} did not come; the screen is:\n{self.screen}")
        self._seen = start + found.end()
        return self.screen[start : self._seen]

    def leave(self, *, within: float = 30.0) -> int:
        """Wait for the program to end; return its exit code."""
        ends = time.monotonic() + within
        while self._read(ends - time.monotonic()):
            pass
        return self._process.wait(max(0.1, ends - time.monotonic()))

    def signal(self, number: int) -> None:
        """Send the program a signal."""
        self._process.send_signal(number)

    def close(self, *, within: float = 30.0) -> int:
        """Close the window, which the program is told by SIGHUP; return its exit code."""
        os.close(self._master)
        self._master = os.open(os.devnull, os.O_RDONLY)
        return self._process.wait(within)

    def _read(self, patience: float) -> bool:
        if patience <= 0 or not select.select([self._master], [], [], patience)[0]:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # the other end was closed
            return False
        self.screen += data.decode(errors="replace").replace("\r\n", "\n")
        return bool(data)


def _take_the_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
