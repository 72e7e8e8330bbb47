"""Small raw servers on loopback that answer exactly the bytes a test wants."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable

from tapster.core.links import Call, Frame, Timeouts

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

QUICK = Timeouts(connect=0.5, idle=0.3, total=1.5)


@contextlib.asynccontextmanager
async def serving(
    handler: Handler, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[int]:
    """Serve `handler` and yield the port; connections still open at the end are cut."""
    tasks: set[asyncio.Task[None]] = set()

    async def handle(reader, writer):
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await handler(reader, writer)
                writer.close()
                await writer.wait_closed()
        finally:
            writer.transport.abort()

    def accept(reader, writer):
        task = asyncio.ensure_future(handle(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, host, 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.001)  # cut sockets are closed in the loop's next turn


def answering(*pieces: bytes, pause: float = 0.0, requests: list[bytes] | None = None) -> Handler:
    """Return a handler that reads one request, writes `pieces` and closes the connection."""

    async def handler(reader, writer):
        request = await read_request(reader)
        if requests is not None:
            requests.append(request)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return handler


async def read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    return head + await reader.readexactly(length)


def head(*lines: str, status: str = "200 OK") -> bytes:
    return "\r\n".join((f"HTTP/1.1 {status}", *lines, "", "")).encode()


STREAM = head("content-type: text/event-stream")


def whole(body: bytes, *lines: str, status: str = "200 OK") -> bytes:
    return head(f"content-length: {len(body)}", *lines, status=status) + body


def get(port: int, path: str = "/", **fields) -> Call:
    fields.setdefault("timeouts", QUICK)
    return Call("GET", f"http://127.0.0.1:{port}{path}", **fields)


async def body_of(transport, call: Call) -> bytes:
    async with transport.send(call) as answer:
        return await answer.read()


async def frames_of(transport, call: Call) -> list[Frame]:
    async with transport.send(call) as answer:
        return [frame async for frames in answer.frames() for frame in frames]
