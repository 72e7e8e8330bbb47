"""A server of one's own as it stands at home: at the root of a port, with what it answers by path.

    async with standing(homes.LLAMACPP) as server:
        ...await look(server.url)...
        assert server.asked == ["GET /props", …]

It is as strict as the real one: what it has no call for, and who shows no key or another one,
gets that server's own refusal.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from mock_provider.connection import ClientGone, Connection, Request
from mock_provider.outputs import Output, document, status_line, whole


class Answer(NamedTuple):
    """One answer. Texts go out as they are, all else as JSON."""

    value: Any
    status: int = 200
    kind: str = "text/plain; charset=utf-8"

    def output(self, headers: Mapping[str, str]) -> Output:
        if isinstance(self.value, str):
            return document(self.value.encode(), self.kind, status=self.status, headers={**headers})
        return whole(self.value, status=self.status, headers={**headers})


HANG = Answer(None, -1)
"""The call is taken, and nothing said."""
HANG_UP = Answer(None, 0)
"""The connection is closed instead of an answer."""
DIE = Answer(None, -2)
"""The answer begins, and breaks off in its middle."""


_NOT_FOUND = Answer({"detail": "Not Found"}, 404)
_UNAUTHORIZED = Answer({"detail": "Unauthorized"}, 401)


@dataclass(frozen=True)
class Home:
    """What one server answers.

    `answers` are by method and path, `missing` is said of every other call. With a `key`, only
    what is in `public` is answered without it; whoever shows none or another is `denied`.
    """

    answers: Mapping[str, Answer] = field(default_factory=dict)
    missing: Answer = _NOT_FOUND
    headers: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None
    public: frozenset[str] = frozenset()
    denied: Answer = _UNAUTHORIZED
    key_headers: tuple[str, ...] = ("authorization",)

    def but(self, **answers: Answer) -> "Home":
        """Return this server with other answers to some calls."""
        return replace(self, answers={**self.answers, **answers})

    def locked(self, key: str = "home-secret-0123456789") -> "Home":
        """Return this server as it is started with a key."""
        return replace(self, key=key)

    def answer(self, request: Request) -> Answer:
        called = f"{request.method} {request.path}"
        if self.key and called not in self.public and not self._is_shown(request):
            return self.denied
        return self.answers.get(called, self.missing)

    def _is_shown(self, request: Request) -> bool:
        shown = [request.headers.get(name, "") for name in self.key_headers]
        return any(each.removeprefix("Bearer ") == self.key for each in shown)


@dataclass
class Standing:
    """A server that listens. `asked` are the calls that came, `requests` the same in full."""

    home: Home
    url: str = ""
    port: int = 0
    requests: list[Request] = field(default_factory=list)

    @property
    def asked(self) -> list[str]:
        return [f"{each.method} {each.path}" for each in self.requests]

    async def serve(self, connection: Connection, request: Request) -> None:
        self.requests.append(request)
        answer = self.home.answer(request)
        if answer.status == -1:
            await connection.sleep(float("inf"))
        if answer.status == 0:
            connection.abort()
            raise ClientGone
        if answer.status == -2:
            begun = b'content-type: application/json\r\ncontent-length: 1000\r\n\r\n{"object": "li'
            await connection.write(status_line(200) + begun)
            connection.transport.close()
            raise ClientGone
        await connection.write(_bytes_of(answer.output(self.home.headers)))


@asynccontextmanager
async def standing(
    home: Home, *, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[Standing]:
    """Let `home` listen at `host`, at a free port where none is named."""
    server = Standing(home)
    connections: set[Connection] = set()
    listener = await asyncio.get_running_loop().create_server(
        lambda: Connection(server.serve, connections), host, port
    )
    server.port = listener.sockets[0].getsockname()[1]
    server.url = f"http://{f'[{host}]' if ':' in host else host}:{server.port}"
    try:
        yield server
    finally:
        listener.close()
        await asyncio.gather(*(connection.close() for connection in list(connections)))


@contextmanager
def serving(home: Home, *, ports: Sequence[int] = (0,)) -> Iterator[Standing]:
    """Let `home` listen on a thread of its own, at the first of `ports` that is free.

    For clients that block this one.
    """
    ready: Future[tuple[Standing, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve(port: int) -> None:
        ends = asyncio.Event()
        async with standing(home, port=port) as server:
            ready.set_result((server, asyncio.get_running_loop(), ends))
            await ends.wait()

    def run() -> None:
        for port in ports:
            try:
                asyncio.run(serve(port))
            except OSError as error:
                last = error
            else:
                return
        ready.set_exception(last)

    thread = threading.Thread(target=run)
    thread.start()
    server, loop, ends = ready.result(10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(ends.set)
        thread.join(10)


def _bytes_of(output: Output) -> bytes:
    body = b"".join(piece.data for piece in output.pieces)
    headers = {**output.headers, "content-length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return status_line(output.status) + lines.encode() + b"\r\n" + body
