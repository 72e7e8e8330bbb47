"""Processes of a run: pinned to their core, found by their port, and ended with it."""

import contextlib
import os
import re
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]
GATEWAY_CORE = CORES[0]
LOAD_CORE = CORES[-1]


class Processes:
    """Starts processes and ends exactly those."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: list[subprocess.Popen[bytes]] = []

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        core: int | None,
        environment: Mapping[str, str] | None = None,
    ) -> "subprocess.Popen[bytes]":
        """Start `command` on `core`, or on any; what it says goes to `name`.log."""
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                list(command),
                cwd=ROOT,
                env=variables(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=lambda: pin(core),  # noqa: PLW1509  # this process has one thread
            )
        self._running.append(process)
        return process

    def stop(self, process: "subprocess.Popen[bytes]") -> None:
        """End one process, gently first."""
        if process in self._running:
            self._running.remove(process)
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)

    def stop_all(self) -> None:
        for process in reversed(self._running[:]):
            self.stop(process)


@contextlib.contextmanager
def processes(folder: Path) -> Iterator[Processes]:
    """Give a place to start processes, all ended at the end of the block."""
    started = Processes(folder)
    try:
        yield started
    finally:
        started.stop_all()


def pin(core: int | None) -> None:
    """Keep this process on one core, where the system can do that."""
    if core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def raise_file_limit() -> None:
    """Allow as many open connections as the system lets us, for every process of the run."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def variables(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the whole environment of a process: nothing of the person's settings."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        # The tree this folder stands in is what is measured.
        "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))),
        **(more or {}),
    }


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(process: "subprocess.Popen[bytes]", port: int, *, seconds: float) -> None:
    """Wait until `process` listens on `port`. Raises `RuntimeError` when it never will."""
    ends = time.perf_counter() + seconds
    while not _is_listening(port):
        if process.poll() is not None:
            raise RuntimeError(f"{process.args[0]} ended with {process.returncode}")  # type: ignore[index]
        if time.perf_counter() > ends:
            raise RuntimeError(f"{process.args[0]} did not answer within {seconds:.0f} s")  # type: ignore[index]
        time.sleep(0.005)


def _is_listening(port: int) -> bool:
    with socket.socket() as tried:
        tried.settimeout(1)
        return tried.connect_ex(("127.0.0.1", port)) == 0


def memory_of(pid: int) -> float:
    """Return what a process and its children hold in memory, in MB."""
    total = 0
    for process in (pid, *children_of(pid)):
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{process}/status").read_text()
            if found := re.search(r"VmRSS:\s+(\d+) kB", status):
                total += int(found[1])
    return total / 1024


def work_of(pid: int) -> float:
    """Return the seconds of processor time a process has taken; 0 where that is not told."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def children_of(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):
        for tasks in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (tasks / "children").read_text().split()]
    return found + [each for child in found for each in children_of(child)]


def python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]
