"""A run followed without a socket: httpx would wait for the end of the stream first."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from callers import HOST


class OpenStream:
    """What has come of an answer so far."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""
        self.ended = asyncio.Event()
        self._changed = asyncio.Event()

    async def send(self, message: Any) -> None:
        """Take what the application sends."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.body += message.get("body", b"")
            if not message.get("more_body"):
                self.ended.set()
        self._changed.set()

    async def until(self, words: bytes, *, within: float = 20.0) -> None:
        """Wait until `words` have come."""
        async with asyncio.timeout(within):
            while words not in self.body:
                self._changed.clear()
                await self._changed.wait()


@asynccontextmanager
async def followed(
    application: Any, path: str, *, method: str = "GET", **headers: str
) -> AsyncIterator[OpenStream]:
    """Ask for `path`, and leave at the end of the block."""
    stream = OpenStream()
    left = asyncio.Event()
    asked = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Any:
        if asked:
            return asked.pop()
        await left.wait()
        return {"type": "http.disconnect"}

    split = urlsplit(path)
    scope = {
        "type": "http",
        "method": method,
        "path": split.path,
        "raw_path": split.path.encode(),
        "query_string": split.query.encode(),
        "headers": [
            (name.replace("_", "-").encode(), value.encode("latin-1"))
            for name, value in ({"host": urlsplit(HOST).netloc} | headers).items()
        ],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8277),
        "scheme": "http",
        "http_version": "1.1",
        "root_path": "",
        "state": {},
    }

    async def ask() -> None:
        try:
            await application(scope, receive, stream.send)
        finally:
            stream.ended.set()

    asking = asyncio.create_task(ask())
    try:
        yield stream
    finally:
        left.set()
        await asyncio.wait_for(asking, 10)
