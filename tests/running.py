"""A server as people run it: `tapster serve` in a process, and the mock provider beside it."""

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from mock_provider import MockProvider, Record
from tapster.app import Config

COMMAND = (str(Path(sys.executable).with_name("tapster")),)


class LiveMock:
    """The mock provider on a thread and event loop of its own, for clients that block."""

    def __init__(self) -> None:
        self.provider = MockProvider()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.run(self.provider.start())
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self.provider.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do `work` where the mock lives."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    @property
    def url(self) -> str:
        return self.provider.url

    def account(self) -> str:
        """Return a Google service account's file, good at this mock."""
        return json.dumps(self.provider.service_account())

    @property
    def chats(self) -> list[Record]:
        """The chat requests the mock got, in order."""
        return [record for record in list(self.provider.requests) if record.method == "POST"]

    def until_asked(self, *, within: float = 5.0) -> Record:
        """Return the first chat request, waiting for it."""
        ends = time.monotonic() + within
        while not self.chats:
            assert time.monotonic() < ends, "the mock was not asked"
            time.sleep(0.002)
        return self.chats[0]

    def until_left(self, record: Record, *, within: float = 5.0) -> float:
        """Return when the client of `record` left, waiting for it (`time.monotonic`)."""
        left: float = self.run(self.provider.until_left(record, within=within))
        return left


@dataclass
class Home:
    """Folders and environment of one Tapster."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def config(self) -> Config:
        """How the commands run, for tests that open the folders themselves."""
        return Config(data_dir=self.data, config_dir=self.folder / "config", vault_key="file")

    def variables(self) -> dict[str, str]:
        """Return the whole environment a command runs in: nothing of ours but the path."""
        return {
            **{name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ},
            "HOME": str(self.folder),
            "TAPSTER_DATA_DIR": str(self.data),
            "TAPSTER_CONFIG_DIR": str(self.folder / "config"),
            "TAPSTER_VAULT_KEY": "file",
            **self.environment,
        }

    def run(self, *arguments: str, stdin: str = "", check: bool = True) -> str:
        """Run a command and return what it printed."""
        done = subprocess.run(  # noqa: S603  # our own command
            [*COMMAND, *arguments],
            input=stdin,
            env=self.variables(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert not check or done.returncode == 0, f"{arguments}: {done.stderr}"
        return done.stdout

    def add(self, name: str, source: str, *options: str, key: str | None = "sk-good-1") -> None:
        """Save a connection."""
        keyed = ("--key-stdin",) if key else ()
        self.run("connections", "add", name, "--source", source, *options, *keyed, stdin=key or "")

    def listed(self, *arguments: str) -> Any:
        """Return what a command prints as JSON."""
        return json.loads(self.run(*arguments, "--json"))


@dataclass
class Server:
    """A running `tapster serve`. What it said on standard error is in `log`."""

    process: "subprocess.Popen[bytes]"
    url: str
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def said(self) -> str:
        return self.log.read_text()

    def memory(self) -> int:
        """Return the bytes of memory it holds."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found
        return int(found[1]) * 1024

    def stop(self, how: int = signal.SIGTERM) -> tuple[int, float]:
        """Send the signal; return the exit code and the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(how)
        return self.process.wait(15), time.monotonic() - began


def free_port() -> int:
    """Return a port nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextlib.contextmanager
def serving(home: Home, *arguments: str) -> Iterator[Server]:
    """Run `tapster serve` on a free port until the end of the block."""
    home.folder.mkdir(parents=True, exist_ok=True)
    log = home.folder / "serve.log"
    with log.open("wb") as file:
        process = subprocess.Popen(  # noqa: S603  # our own command
            [*COMMAND, "serve", "--port", "0", *arguments],
            env=home.variables(),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )
    try:
        yield Server(process, _address_in(log, process), log)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)


@contextlib.contextmanager
def asking(server: Server, token: str, text: str, *, stream: bool) -> Iterator[socket.socket]:
    """Ask a question on a bare connection, and read nothing of the answer."""
    place = urlsplit(server.url)
    messages = [{"role": "user", "content": text}]
    body = json.dumps({"model": "own", "messages": messages, "stream": stream}).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: {place.netloc}\r\n"
        f"authorization: Bearer {token}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((place.hostname, place.port), 10) as line:
        line.sendall(head.encode() + body)
        yield line


def _address_in(log: Path, process: "subprocess.Popen[bytes]") -> str:
    ends = time.monotonic() + 40
    while time.monotonic() < ends and process.poll() is None:
        if found := re.search(r"Tapster serves (http://\S+)", log.read_text()):
            return found[1]
        time.sleep(0.02)
    raise AssertionError(f"tapster serve did not start: {log.read_text()}")
