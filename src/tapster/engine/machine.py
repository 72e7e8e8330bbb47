"""What this computer has: free memory and processor cores."""

import ctypes
import os
import sys
from pathlib import Path


def free_memory() -> int | None:
    """Return how many bytes a program may still take here, or `None` where nobody says.

    The limit of a container counts as well as the machine's own.
    """
    if sys.platform == "win32":
        return _windows_memory()
    limits = [limit for limit in (_available(), _container_rest()) if limit is not None]
    return min(limits, default=None)


def cores() -> int:
    """Return how many physical cores this process may use: what llama.cpp runs best on."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
    count = allowed or os.cpu_count() or 1
    if physical := _physical_cores():
        count = min(count, physical)
    if quota := _quota():
        count = min(count, quota)
    return max(1, count)


def _available() -> int | None:
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            name, _, value = line.partition(":")
            if name == "MemAvailable":
                return int(value.split()[0]) * 1024
    except (OSError, ValueError):
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return None


def _container_rest() -> int | None:
    try:
        limit = int(Path("/sys/fs/cgroup/memory.max").read_text())
        return max(0, limit - int(Path("/sys/fs/cgroup/memory.current").read_text()))
    except (OSError, ValueError):
        return None


def _physical_cores() -> int | None:
    siblings = {
        path.read_text()
        for path in Path("/sys/devices/system/cpu").glob("cpu[0-9]*/topology/thread_siblings_list")
    }
    return len(siblings) or None


def _quota() -> int | None:
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return max(1, int(quota) // int(period))
    except (OSError, ValueError):
        return None


def _windows_memory() -> int | None:
    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((name, ctypes.c_ulonglong) for name in ("total", "free", "a", "b", "c", "d", "e")),
        )

    status = Status()
    status.length = ctypes.sizeof(status)
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009  # exists on Windows only
    return status.free if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else None
