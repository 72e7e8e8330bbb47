"""Which processes of this data folder are still there: each holds a file for as long as it lives.

The system lets go of the file when its process ends, however that ends. So one that was killed
is known at once, and one that still finishes its work is not taken for dead by its successor.
"""

import os
import time
from contextlib import suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # not there on every platform
    fcntl = None  # type: ignore[assignment]

# Seconds a file stays whose process was killed.
_LEFT_BEHIND = 3600.0


class Lives:
    """The lives of processes, in `folder`. Of a process elsewhere nothing is known here."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, int] = {}

    def begin(self, life: str) -> None:
        """Show that this process lives, until `end` or its own end.

        Where that cannot be shown, others wait until its leases have ended.
        """
        if fcntl is None or life in self._held:
            return
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._forget_old()
            descriptor = os.open(self._file(life), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._held[life] = descriptor

    def end(self) -> None:
        """Take leave in good order."""
        for life, descriptor in self._held.items():
            with suppress(OSError):
                self._file(life).unlink()
            os.close(descriptor)
        self._held.clear()

    def has_ended(self, life: str) -> bool:
        """Whether the process was here, and is no more."""
        if fcntl is None or life in self._held:
            return False
        try:
            descriptor = os.open(self._file(life), os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return False
        else:
            return True
        finally:
            os.close(descriptor)

    def _file(self, life: str) -> Path:
        return self._folder / f"life-{life}"

    def _forget_old(self) -> None:
        """Clear away what processes left that were killed long ago: their leases have ended."""
        for file in self._folder.glob("life-*"):
            with suppress(OSError):
                old = time.time() - file.stat().st_mtime > _LEFT_BEHIND
                if old and self.has_ended(file.name.removeprefix("life-")):
                    file.unlink()
