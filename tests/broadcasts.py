"""Real broadcasts for tests: in memory, and through Redis under a prefix of the test's own."""

import asyncio
import os
import secrets
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as NoConnection

from tapster.broadcast import MemoryBroadcast
from tapster.broadcast.streams import StreamBroadcast

REDIS = "redis://127.0.0.1:6379/0"
BROADCASTS = ("memory", "redis")


@asynccontextmanager
async def redis_prefix():
    """Yield a prefix of keys, all gone afterwards."""
    prefix = f"tapster-test-{secrets.token_hex(6)}"
    client = Redis.from_url(REDIS)
    try:
        try:
            await client.ping()
        except NoConnection:
            if os.environ.get("CI") == "true":
                raise
            pytest.skip("no Redis at 127.0.0.1:6379")
        try:
            yield prefix
        finally:
            keys = [key async for key in client.scan_iter(match=f"{prefix}:*", count=1000)]
            if keys:
                await client.delete(*keys)
    finally:
        await client.aclose()


class Wire:
    """The way to Redis, which can be cut and mended; `url` is its near end."""

    def __init__(self):
        self._open = set()
        self._server = None
        self._port = 0

    @property
    def url(self):
        return f"redis://127.0.0.1:{self._port}/0"

    async def mend(self):
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self):
        self._server.close()
        for writer in tuple(self._open):
            writer.transport.abort()
        await self._server.wait_closed()

    async def _carry(self, reader, writer):
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", 6379)
        ends = {writer, far_writer}
        self._open |= ends
        try:
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        finally:
            self._open -= ends
            for end in ends:
                end.transport.abort()


async def _pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.transport.abort()


@asynccontextmanager
async def broadcast_maker(kind, *, url=REDIS):
    """Yield a function that makes the started broadcast of a named worker."""
    made = []
    if kind == "memory":
        shared = MemoryBroadcast()

        async def make(worker):
            return shared

        yield make
        return
    async with redis_prefix() as prefix:

        async def make(worker, *, url=url):
            broadcast = StreamBroadcast(url, worker=worker, prefix=prefix)
            await broadcast.start()
            made.append(broadcast)
            return broadcast

        try:
            yield make
        finally:
            for broadcast in made:
                await broadcast.aclose()
