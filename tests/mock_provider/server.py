"""The mock provider itself: listens, finds the vendor, bends the answer, keeps the record."""

import asyncio
import re
import time
import traceback
from collections import deque
from dataclasses import replace
from types import TracebackType
from typing import Self

import msgspec

from mock_provider.accounts import service_account
from mock_provider.connection import ClientGone, Connection, Request
from mock_provider.faults import Scene, bend, split
from mock_provider.outputs import Output, document, status_line, whole
from mock_provider.records import Record
from mock_provider.replies import Asked, Reply
from mock_provider.rooms import Room
from mock_provider.state import State
from mock_provider.vendors.everyone import every_vendor
from mock_provider.vendors.vendor import Vendor

KEPT_RECORDS = 2000
BODY_LIMIT = 32 * 1024 * 1024


class MockProvider:
    """All vendors on one loopback port; `async with` starts and stops it.

    `elsewhere_url` is a second port, another origin, to which redirects lead: what arrives there
    is in `elsewhere`.
    """

    def __init__(self, *, port: int = 0) -> None:
        self.state = State()
        self.requests: deque[Record] = deque(maxlen=KEPT_RECORDS)
        self.url = ""
        self.elsewhere_url = ""
        self._port = port
        self._servers: list[asyncio.Server] = []
        self._connections: set[Connection] = set()
        self._vendors: list[Vendor] = every_vendor(self.state)
        self._nobody = self.vendor("nobody")

    # For tests ----------------------------------------------------------------------------

    def script(self, *replies: Reply) -> None:
        """Let the next chat requests be answered with `replies`, in order."""
        self.state.script.extend(replies)

    def service_account(self) -> dict[str, str]:
        """Return a Google service account file's content, good at this mock."""
        if self.state.service_account is None:
            self.state.service_account = service_account(self.url + "/vertex/token")
        return self.state.service_account

    def room(self, server: str) -> Room:
        """Return what the server of one's own at `/own/<server>` has of models."""
        vendor = next(each for each in self._vendors if each.prefix == f"/own/{server}")
        room: Room = vendor.room  # type: ignore[attr-defined]  # these have one
        return room

    def vendor(self, name: str) -> Vendor:
        """Return the vendor called `name`."""
        return next(vendor for vendor in self._vendors if vendor.name == name)

    @property
    def last(self) -> Record:
        """The last request."""
        return self.requests[-1]

    @property
    def asked(self) -> deque[Asked]:
        """The chat requests as the vendors understood them."""
        return self.state.asked

    @property
    def elsewhere(self) -> list[Record]:
        """What arrived at the other origin."""
        return [record for record in self.requests if record.elsewhere]

    def clear(self) -> None:
        """Forget requests, script, counts and keys."""
        self.requests.clear()
        self.state.script.clear()
        self.state.asked.clear()
        self.state.counted.clear()
        self.state.keys.first_seen.clear()
        self.state.keys.calls.clear()

    async def until_left(self, record: Record, *, within: float = 2.0) -> float:
        """Wait until the client of `record` has left; return when, or raise `TimeoutError`."""
        async with asyncio.timeout(within):
            await record.departure.wait()
        assert record.left_at is not None
        return record.left_at

    # Life ---------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen on both ports."""
        self.url = await self._listen(self._port, elsewhere=False)
        self.elsewhere_url = await self._listen(0, elsewhere=True)
        self.state.url, self.state.elsewhere_url = self.url, self.elsewhere_url

    async def stop(self) -> None:
        """Stop listening and drop every connection."""
        for server in self._servers:
            server.close()
        await asyncio.gather(*(connection.close() for connection in list(self._connections)))
        self._servers.clear()

    async def _listen(self, port: int, *, elsewhere: bool) -> str:
        def connected() -> Connection:
            return Connection(self._elsewhere if elsewhere else self._serve, self._connections)

        loop = asyncio.get_running_loop()
        server = await loop.create_server(connected, "127.0.0.1", port)
        self._servers.append(server)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    # One request --------------------------------------------------------------------------

    async def _elsewhere(self, connection: Connection, request: Request) -> None:
        await self._serve(connection, replace(request, elsewhere=True))

    async def _serve(self, connection: Connection, request: Request) -> None:
        if request.path.startswith("/_mock/"):
            await self._send(connection, self._about_itself(request), Record.of(request), request)
            return
        request = _take_faults_out(request)
        record = Record.of(request)
        self.requests.append(record)
        try:
            vendor = self._vendor_of(request)
            record.vendor = vendor.name
            await self._send(connection, self._answer(vendor, request, record), record, request)
        except (ClientGone, asyncio.CancelledError):
            record.left_at = time.monotonic()
            record.departure.set()
            raise
        record.finished_at = time.monotonic()

    def _vendor_of(self, request: Request) -> Vendor:
        for vendor in self._vendors:
            if request.path == vendor.prefix or request.path.startswith(vendor.prefix + "/"):
                return vendor
        return self._nobody

    def _answer(self, vendor: Vendor, request: Request, record: Record) -> Output:
        if len(request.raw) > BODY_LIMIT:
            return vendor.status_error(413)
        try:
            output = vendor.handle(request)
            faults = (*request.faults, *output.faults)
            record.faults = faults
            return bend(output, faults, Scene(vendor, request, self.state))
        except Exception:  # noqa: BLE001  # a bug of the mock must show in the test that meets it
            return document(traceback.format_exc().encode(), "text/plain", status=599)

    async def _send(
        self, connection: Connection, output: Output, record: Record, request: Request
    ) -> None:
        await connection.sleep(output.delay)
        record.status = output.status
        if output.status == 0:
            connection.abort()
            raise ClientGone
        pieces = output.pieces if request.method != "HEAD" else ()
        if output.framing == "length" and output.length is None:
            body = b"".join(piece.data for piece in pieces)
            head = _head(output, len(body))
            await connection.write(head + body)
            record.sent = 1
            return
        await connection.write(_head(output, output.length))
        for piece in pieces:
            if piece.pause:
                await connection.sleep(piece.pause)
            data = piece.data
            if output.framing == "chunked":
                data = b"%x\r\n%b\r\n" % (len(data), data)
            await connection.write(data)
            record.sent += 1
        await self._end(connection, output)

    async def _end(self, connection: Connection, output: Output) -> None:
        if output.ending == "hang":
            await connection.sleep(float("inf"))
        # A cut closes properly at TCP's level: what was sent must still arrive.
        if output.ending == "cut" or output.framing == "close":
            connection.transport.close()
        elif output.framing == "chunked":
            await connection.write(b"0\r\n\r\n")

    def _about_itself(self, request: Request) -> Output:
        match request.path.removeprefix("/_mock/"):
            case "requests" if request.method == "DELETE":
                self.clear()
                return whole({"ok": True})
            case "requests":
                return whole([record.as_json() for record in self.requests])
            case "script" if request.method == "POST":
                self.script(*msgspec.convert(request.json, list[Reply]))
                return whole({"ok": True})
            case "room" if request.method == "POST":
                room = self.room(request.json["server"])
                room.trouble = request.json.get("trouble", "")
                room.models |= request.json.get("models", {})
                return whole({"ok": True})
            case "service-account":
                return whole(self.service_account())
            case "health":
                return whole({"ok": True, "elsewhere": self.elsewhere_url})
        return whole({"error": "no such page of the mock"}, status=404)


def _take_faults_out(request: Request) -> Request:
    found = re.match(r"((?:/~fault=[^/]*)*)(/.*|)$", request.path, re.DOTALL)
    if not found or not found[1]:
        return request
    faults = tuple(fault for part in found[1].split("/~fault=")[1:] for fault in split(part))
    return replace(request, path=found[2] or "/", faults=faults)


def _head(output: Output, length: int | None) -> bytes:
    headers = dict(output.headers)
    if output.framing == "chunked":
        headers["transfer-encoding"] = "chunked"
    elif output.framing == "close":
        headers["connection"] = "close"
    else:
        headers["content-length"] = str(length)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return status_line(output.status) + lines.encode("latin-1", "replace") + b"\r\n"
