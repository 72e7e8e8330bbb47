"""The two ways Tapster is run: one process on SQLite, several on PostgreSQL and Redis."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from databases import database_of
from running import Home, LiveMock, Server, serving
from talking import Talker

HOUSES = ("sqlite", "postgresql-redis-2-workers")
ALONE, TOGETHER = HOUSES
REDIS = "redis://127.0.0.1:6379/7"

# So many lines are opened until each worker has taken one. A server ends those that are silent
# for five seconds.
_MOST_LINES = 200
_FRESH = 2.0


@dataclass(frozen=True)
class House:
    """A running server, and a token for everything in it."""

    kind: str
    home: Home
    server: Server
    token: str

    @property
    def workers(self) -> int:
        return 1 if self.kind == ALONE else 2

    def talker(self, *, lines: int = 100) -> Talker:
        """Return a client of this house."""
        return Talker(self.server.url, self.token, lines=lines)

    @contextmanager
    def seats(self) -> Iterator[dict[str, Talker]]:
        """Lend a client at each worker, by the worker's name.

        It stays there while its answers are read to their end, and it is not silent for long.
        """
        with ExitStack() as lent:
            found: dict[str, tuple[float, Talker]] = {}
            for _ in range(_MOST_LINES):
                talker = lent.enter_context(self.talker(lines=1))
                found[worker_of(talker)] = time.monotonic(), talker
                eldest = min(since for since, _ in found.values())
                if len(found) == self.workers and time.monotonic() - eldest < _FRESH:
                    break
            assert len(found) == self.workers, f"all came to {list(found)}"
            yield {name: talker for name, (_, talker) in found.items()}

    def process_of(self, worker: str) -> int:
        """Return the process that is the worker called so."""
        if self.kind == ALONE:
            return self.server.pid
        number = worker.rpartition("/")[2]
        for pid in children_of(self.server.pid):
            environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            if any(
                each.startswith(f"TAPSTER_WORKER_OF={number},".encode()) for each in environment
            ):
                return pid
        raise AssertionError(f"no process is {worker}")


@contextmanager
def open_house(
    kind: str, folder: Path, mock: LiveMock, *, redis: str = REDIS, **environment: str
) -> Iterator[House]:
    """Run a server of this kind with a connection `own` to the mock."""
    with home_of(kind, folder, mock, redis=redis, **environment) as home:
        token = home.run("tokens", "create", "talker", "--scope", "api").strip()
        with serving(home) as server:
            yield House(kind, home, server, token)


@contextmanager
def home_of(
    kind: str, folder: Path, mock: LiveMock, *, redis: str = REDIS, **environment: str
) -> Iterator[Home]:
    """Make the folders and the database of such a house."""
    together = {"TAPSTER_REDIS_URL": redis, "TAPSTER_WORKERS": "2"} if kind == TOGETHER else {}
    if together:
        demand_redis(redis)
    with database_of("postgresql" if together else "sqlite", folder) as url:
        if together:
            together["TAPSTER_DATABASE_URL"] = url
        home = Home(folder / "home", {"TAPSTER_BACKUPS": "off", **together, **environment})
        home.add("own", "custom", "--endpoint", f"{mock.url}/compatible/v1", key=None)
        yield home


def demand_redis(url: str) -> None:
    """Skip the test where there is no Redis; where all must be tested it fails."""
    place = urlsplit(url)
    try:
        socket.create_connection((place.hostname, place.port), 3).close()
    except OSError:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no Redis at {place.netloc}")


@contextmanager
def own_redis(folder: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a Redis of the test's own until the end of the block."""
    program = shutil.which("redis-server")
    if program is None:
        if os.environ.get("CI") == "true":
            raise AssertionError("there is no redis-server to take away")
        pytest.skip("no redis-server on this computer")
    process = subprocess.Popen(  # noqa: S603  # a known program
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: _answers(port))
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait(10)


def worker_of(talker: Talker) -> str:
    """Return the name of the worker at the other end, which only a run tells."""
    chat = talker.chat(connection="own", model="local-model", title="who is there")
    run = talker.post(f"/api/chats/{chat}/quiet", {"prompt": "mock:echo\nhere"})
    talker.finish(run["id"])
    worker: str = run["worker"]
    return worker


def children_of(pid: int) -> set[int]:
    """Return the processes a process has started."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {int(each) for each in found}


def until(holds: Callable[[], object], *, within: float = 30.0) -> float:
    """Wait until `holds`; return the seconds it took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() < began + within, "it did not come to be"
        time.sleep(0.02)
    return time.monotonic() - began


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
