"""Small disks of a test's own, where the machine lets one make them."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, *, size: str) -> Iterator[Path]:
    """Yield a folder on a disk of this size, gone afterwards."""
    folder.mkdir()
    if os.name != "posix" or not _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)):
        pytest.skip("this user may not mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)  # noqa: S603, S607  # our own mount


def make_read_only(disk: Path, *, read_only: bool) -> None:
    """Let a small disk be written, or not."""
    assert _mount("-o", f"remount,{'ro' if read_only else 'rw'}", str(disk))


def _mount(*words: str) -> bool:
    try:
        done = subprocess.run(["mount", *words], capture_output=True, check=False)  # noqa: S603, S607  # a known program
    except OSError:
        return False
    return done.returncode == 0
