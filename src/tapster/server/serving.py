"""Runs the web application on uvicorn until it is told to stop."""

import asyncio
import errno
import gc
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import Any, NamedTuple

import uvicorn

from tapster.app import Config, Tapster
from tapster.core.errors import InvalidInput
from tapster.server.application import make_application
from tapster.server.counting import Counted
from tapster.server.hosts import Hosts
from tapster.server.metrics import Metrics
from tapster.server.page import read_page

# What answers that still run may take when the server is told to stop. Seconds.
_LAST_WORDS = 3
# More connections than this no process of ours looks after.
_MOST_FILES = 65_536
# How many new objects there may be before garbage is looked for among them.
_GARBAGE_AFTER = 20_000
_STOPPING = (signal.SIGINT, signal.SIGTERM)


class Place(NamedTuple):
    """Which of several workers this process is: its number, its socket, the supervisor's line."""

    number: int
    listening: socket.socket
    line: socket.socket


class Announcing(uvicorn.Server):
    """A server that says when it has begun to answer, and remembers what stopped it."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce
        self.stopped_by: int | None = None
        self.stopped_at = 0.0
        self.hurry = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._announce()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to `stopping`.

        The original raises the signal anew at the end, which would end the process before the
        database and the embedded model are closed.
        """
        yield

    @contextmanager
    def stopping(self) -> Iterator[None]:
        """Stop at SIGINT and SIGTERM; a second one does not wait for what still runs."""
        before = {number: signal.signal(number, self._stop) for number in _STOPPING}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def stop(self, number: int) -> None:
        """Stop as if the signal `number` had come."""
        if self.stopped_by is not None:
            self.force_exit = True
            self.hurry.set()
            return
        self.should_exit = True
        self.stopped_by, self.stopped_at = number, time.monotonic()

    def _stop(self, number: int, frame: object) -> None:
        del frame
        self.stop(number)


def run_server(
    config: Config, *, started: Callable[[str], None], place: Place | None = None
) -> None:
    """Serve until SIGTERM; raises `KeyboardInterrupt` when it was SIGINT.

    `started` is told the address once requests are answered. `place` is given to one of several
    workers.
    """
    allow_many_files()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        stopped_by = runner.run(serve(config, started=started, place=place))
    if stopped_by == signal.SIGINT:
        raise KeyboardInterrupt


async def serve(
    config: Config, *, started: Callable[[str], None], place: Place | None = None
) -> int | None:
    """Serve until SIGINT or SIGTERM, and return which of them it was."""
    listening = place.listening if place else listen(config)
    address = address_of(listening)
    with listening:
        worker = worker_name(listening, place.number if place else 1)
        async with Tapster.open(config, worker=worker) as tapster:
            await demand_password(config, tapster)
            await tapster.start_runs()
            # What is there now stays: looking for garbage in it took a tenth of each request.
            gc.freeze()
            gc.set_threshold(_GARBAGE_AFTER, 20, 50)
            metrics = Metrics(
                tapster.figures,
                commits=lambda: tapster.commits,
                running=lambda: tapster.runs.running,
                folder=config.data_dir / "run" if place else None,
                number=place.number if place else 1,
            )
            application = make_application(tapster, metrics, page=read_page())
            server = Announcing(
                uvicorn.Config(
                    Counted(
                        application,
                        tapster.figures,
                        paths=[route.path for route in application.rooms.routes],
                    ),
                    log_config=None,
                    access_log=False,
                    lifespan="off",
                    http=_protocol(),
                    ws="none",
                    # What a header says of the client's address is anybody's word.
                    proxy_headers=False,
                    server_header=False,
                    date_header=False,
                    timeout_graceful_shutdown=_LAST_WORDS,
                ),
                announce=lambda: started(address),
            )
            with server.stopping():
                if place:
                    _follow(place.line, server)
                beside = [asyncio.create_task(metrics.publish())]
                if not place or place.number == 1:
                    beside.append(asyncio.create_task(tapster.imports.keep_swept()))
                    if config.backups == "on":
                        beside.append(asyncio.create_task(tapster.backups.keep_up()))
                try:
                    await server.serve(sockets=[listening])
                    await _let_finish(tapster, server)
                finally:
                    for task in beside:
                        task.cancel()
                    await asyncio.wait(beside)
    return server.stopped_by


async def demand_password(config: Config, tapster: Tapster) -> None:
    """Refuse to serve others than this machine while anybody could come in."""
    if not Hosts(config).are_public or await tapster.people.are_secured():
        return
    setting = f"--host {config.host}"
    field = "host"
    if not config.network_mode:
        field = "public_url" if config.public_url else "allowed_hosts"
        setting = f"the setting {field}"
    raise InvalidInput(
        f"With {setting} others than you can reach Tapster, and there is no password yet. Make an "
        "account first: tapster users add NAME (it asks for a password and owns what is there "
        "already), or give the one there is a password: tapster users password me",
        field=field,
    )


def _protocol() -> Any:
    """Return the faster reading of HTTP, where the platform has it."""
    if find_spec("httptools") is None:
        return "h11"
    from tapster.server.protocol import Protocol  # noqa: PLC0415  # not there on every platform

    return Protocol


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes the faster event loop, where the platform has it."""
    if find_spec("uvloop") is None:
        return None
    import uvloop  # noqa: PLC0415  # not there on every platform

    return uvloop.new_event_loop


def allow_many_files() -> None:
    """Let this process have as many connections open as the system lets it, within reason."""
    if find_spec("resource") is None:
        return
    import resource  # noqa: PLC0415  # not there on every platform

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def worker_name(listening: socket.socket, number: int) -> str:
    """Return what a worker is called, the same after a restart: `host:port/1`."""
    return f"{socket.gethostname()}:{listening.getsockname()[1]}/{number}"


def address_of(listening: socket.socket) -> str:
    """Return the address a listening socket is reached at."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def listen(config: Config) -> socket.socket:
    """Return a socket that takes connections already; they are answered once all is open."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((config.host, config.port))
        listening.listen(2048)
    except OSError as error:
        listening.close()
        way_out, field = {
            errno.EADDRINUSE: (
                (
                    "Another program, perhaps another Tapster, uses the port: choose "
                    "one with --port or TAPSTER_PORT."
                ),
                "port",
            ),
            errno.EACCES: ("Choose a port above 1023 with --port.", "port"),
        }.get(error.errno or 0, ("Choose an address of this machine with --host.", "host"))
        raise InvalidInput(
            f"Tapster cannot listen on {config.host}:{config.port}: {error.strerror}. {way_out}",
            field=field,
        ) from error
    return listening


async def _let_finish(tapster: Tapster, server: Announcing) -> None:
    """Let what runs without a request come to its end, within the grace since the signal."""
    left = server.stopped_at + tapster.config.shutdown_grace - time.monotonic()
    grace = 0.0 if server.force_exit else max(0.0, left)
    await tapster.finish(grace, hurry=server.hurry)


def _follow(line: socket.socket, server: Announcing) -> None:
    """Stop when the supervisor is gone: nobody else would."""
    loop = asyncio.get_running_loop()
    line.setblocking(False)

    def heard() -> None:
        with suppress(BlockingIOError):
            if not line.recv(1):
                loop.remove_reader(line)
                server.stop(signal.SIGTERM)

    loop.add_reader(line, heard)
