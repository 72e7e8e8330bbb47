"""HTTP/1.1 on a bare transport: reads whole requests, writes raw bytes, knows when the peer left.

Written by hand because most faults are things no proper server library would do.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

BODY_LIMIT = 64 * 1024 * 1024
HEAD_LIMIT = 256 * 1024


class ClientGone(Exception):
    """The client closed the connection while we were still busy with it."""


class BadRequest(Exception):
    """What came is not HTTP/1.1 we can read."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came. Header names are lower case; `path` is decoded, without query."""

    method: str
    target: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    raw: bytes = b""
    json: Any = None
    elsewhere: bool = False
    faults: tuple[str, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def bearer(self) -> str | None:
        """The bearer token, if one was sent."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" and token.strip() else None


class Connection(asyncio.Protocol):
    """One client's connection; requests on it are answered one after the other.

    It is in `open_ones` from the moment it has a transport until that is closed.
    """

    def __init__(
        self,
        serve: Callable[["Connection", Request], Awaitable[None]],
        open_ones: "set[Connection]",
    ) -> None:
        self.serve = serve
        self._open_ones = open_ones
        self.gone = asyncio.Event()
        self.transport: asyncio.Transport
        self.task: asyncio.Task[None]
        self._buffer = bytearray()
        self._arrived = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._writes = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._open_ones.add(self)
        self.task = asyncio.get_running_loop().create_task(self._run())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._arrived.set()

    def eof_received(self) -> bool:
        self._leave()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._open_ones.discard(self)
        self._leave()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def _leave(self) -> None:
        self.gone.set()
        self._arrived.set()
        self._writable.set()

    async def write(self, data: bytes) -> None:
        """Send `data` in a write of its own; raise `ClientGone` if nobody is there any more."""
        if self.gone.is_set() or self.transport.is_closing():
            raise ClientGone
        self.transport.write(data)
        self._writes += 1
        if self._writes % 8 == 0:
            # Without this a fast stream would starve the loop and never hear the client leave.
            await asyncio.sleep(0)
        if not self._writable.is_set():
            await self._writable.wait()
            if self.gone.is_set():
                raise ClientGone

    async def sleep(self, seconds: float) -> None:
        """Wait, but no longer than the client does."""
        if seconds <= 0:
            return
        try:
            async with asyncio.timeout(None if seconds == float("inf") else seconds):
                await self.gone.wait()
        except TimeoutError:
            return
        raise ClientGone

    def abort(self) -> None:
        """Drop the connection at once (a reset, where the system sends one)."""
        self.transport.abort()

    async def close(self) -> None:
        """Stop serving and wait until that is done."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        self.transport.abort()

    async def _run(self) -> None:
        try:
            while not self.transport.is_closing():
                await self.serve(self, await self._read_request())
        except ClientGone:
            pass
        except BadRequest:
            self.transport.write(
                b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
            )
        finally:
            self.transport.close()

    async def _more(self) -> None:
        if self.gone.is_set():
            raise ClientGone
        self._arrived.clear()
        await self._arrived.wait()

    async def _until(self, mark: bytes, limit: int) -> bytes:
        while (at := self._buffer.find(mark)) < 0:
            if len(self._buffer) > limit:
                raise BadRequest
            await self._more()
        taken = bytes(self._buffer[:at])
        del self._buffer[: at + len(mark)]
        return taken

    async def _exactly(self, count: int) -> bytes:
        if count > BODY_LIMIT:
            raise BadRequest
        while len(self._buffer) < count:
            await self._more()
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken

    async def _read_request(self) -> Request:
        head = (await self._until(b"\r\n\r\n", HEAD_LIMIT)).decode("latin-1")
        first, *lines = head.split("\r\n")
        try:
            method, target, _ = first.split(" ")
            headers = dict(_read_header(line) for line in lines)
            if headers.get("expect", "").lower() == "100-continue":
                self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = await self._read_body(headers)
        except ValueError:
            raise BadRequest from None
        return _request(method, target, headers, body)

    async def _read_body(self, headers: dict[str, str]) -> bytes:
        if "chunked" not in headers.get("transfer-encoding", "").lower():
            return await self._exactly(int(headers.get("content-length") or 0))
        body = bytearray()
        while size := int((await self._until(b"\r\n", 1024)).split(b";")[0], 16):
            body += await self._exactly(size)
            await self._until(b"\r\n", 1024)
            if len(body) > BODY_LIMIT:
                raise BadRequest
        await self._until(b"\r\n", 1024)
        return bytes(body)


def _read_header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon:
        raise ValueError(line)
    return name.strip().lower(), value.strip()


def _request(method: str, target: str, headers: dict[str, str], body: bytes) -> Request:
    parts = urlsplit(target)
    try:
        decoded = msgspec.json.decode(body) if body else None
    except msgspec.DecodeError:
        decoded = None
    return Request(
        method=method,
        target=target,
        path=unquote(parts.path),
        query=dict(parse_qsl(parts.query, keep_blank_values=True)),
        headers=headers,
        raw=body,
        json=decoded,
    )
