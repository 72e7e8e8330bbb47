"""A provider that answers at once, as fast as Python can: `python -m benchmarks.upstream PORT`.

The model's name says what comes: `canned` is 200 words as fast as they are taken, one write per
event; `paced-N` is N words, twenty a second. Requests to `/messages` get Anthropic's format.
"""

import asyncio
import re
import sys

import uvloop

from benchmarks.canned import (
    EVENTS,
    MODELS,
    PACED_EVERY,
    WHOLE,
    anthropic_events,
    as_chunks,
    openai_events,
)

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_STREAMS = re.compile(rb'"stream": *true')
_PACED = re.compile(rb'"model": *"paced-(\d+)"')


class Upstream(asyncio.Protocol):
    """One connection: requests in, canned answers out."""

    transport: asyncio.Transport

    def __init__(self, answers: dict[tuple[bytes, int], list[bytes]]) -> None:
        self._answers = answers
        self._buffer = b""
        self._paused = False
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, ended, body = self._buffer.partition(b"\r\n\r\n")
        if not ended:
            return
        found = _LENGTH.search(head)
        if len(body) < (int(found[1]) if found else 0):
            return
        self._buffer = b""
        self._answer(head, body)

    def _answer(self, head: bytes, body: bytes) -> None:
        if head.startswith(b"GET"):
            self.transport.write(MODELS)
        elif not _STREAMS.search(body):
            self.transport.write(WHOLE)
        else:
            kind = b"anthropic" if b"/messages " in head[:200] else b"openai"
            paced = _PACED.search(body)
            chunks = self._chunks(kind, int(paced[1]) if paced else EVENTS)
            if paced:
                self._write_paced(chunks, 0, self._loop.time())
            else:
                self._write_on(chunks, 0)

    def _chunks(self, kind: bytes, count: int) -> list[bytes]:
        chunks = self._answers.get((kind, count))
        if chunks is None:
            make = anthropic_events if kind == b"anthropic" else openai_events
            chunks = self._answers[kind, count] = as_chunks(make(count))
        return chunks

    def _write_on(self, chunks: list[bytes], at: int) -> None:
        """Write one event, and the next when everyone else had a turn."""
        if self.transport.is_closing():
            return
        if not self._paused:
            self.transport.write(chunks[at])
            at += 1
        if at < len(chunks):
            self._loop.call_soon(self._write_on, chunks, at)

    def _write_paced(self, chunks: list[bytes], at: int, began: float) -> None:
        if self.transport.is_closing():
            return
        self.transport.write(chunks[at])
        if at + 1 < len(chunks):
            due = began + (at + 1) * PACED_EVERY
            self._loop.call_at(due, self._write_paced, chunks, at + 1, began)


async def serve(port: int) -> None:
    loop = asyncio.get_running_loop()
    answers: dict[tuple[bytes, int], list[bytes]] = {}
    server = await loop.create_server(lambda: Upstream(answers), "127.0.0.1", port, backlog=2048)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
