"""An answer as it comes in: bounded, opened, and cut into frames."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Literal

import aiohttp

from tapster.core.errors import Reason, SourceError
from tapster.core.links import Frame, Timeouts
from tapster.net.compression import Opener, is_bad_data, opener_of
from tapster.net.failures import INTERRUPTED, explain_break
from tapster.net.framing import FrameParser
from tapster.net.limits import Limits, too_large
from tapster.net.targets import Target

_STREAM_TYPES = frozenset(
    (
        "text/event-stream",
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
        "application/x-jsonlines",
        "application/jsonlines",
        "application/stream+json",
    )
)
_FIELDS = (b":", b"data:", b"event:", b"id:", b"retry:")
_BLANK = b" \t\r\n\xef\xbb\xbf"


class HttpAnswer:
    """Implements `core.links.Answer` over one aiohttp response."""

    def __init__(
        self,
        response: aiohttp.ClientResponse,
        target: Target,
        limits: Limits,
        timeouts: Timeouts,
    ) -> None:
        self._response = response
        self._target = target
        self._limits = limits
        self._timeouts = timeouts
        self._headers = _lower(response)
        self._opener: Opener | None = None
        self._opener_known = False
        self._ahead = bytearray()  # read by `framing`, not yet given out
        self._break: SourceError | None = None  # to be raised when all that came is given out
        self._ended = False
        self._taken = 0

    @property
    def status(self) -> int:
        return self._response.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._headers

    async def framing(self) -> Literal["events", "document"]:
        """Tell a stream of events from one whole document."""
        kind = self._headers.get("content-type", "").partition(";")[0].strip().lower()
        lead = bytes(self._ahead).lstrip(_BLANK)
        while not lead or any(field.startswith(lead) and field != lead for field in _FIELDS):
            piece = await self._next()
            if not piece:
                break
            self._ahead += piece
            lead += piece
            lead = lead.lstrip(_BLANK)
            if len(self._ahead) > self._limits.document:
                raise too_large("The answer", self._limits.document)
        if lead.startswith(b"<"):
            return "document"
        if kind in _STREAM_TYPES or lead.startswith((b"[", *_FIELDS)):
            return "events"
        return "document"

    async def read(self) -> bytes:
        """Return the whole body, bounded."""
        body, self._ahead = self._ahead, bytearray()
        while piece := await self._next():
            body += piece
            if len(body) > self._limits.document:
                raise too_large("The answer", self._limits.document)
        return bytes(body)

    async def frames(self) -> AsyncIterator[list[Frame]]:
        """Yield the stream's events, all that one read completed at a time."""
        parser = FrameParser(self._limits)
        ahead, self._ahead = bytes(self._ahead), bytearray()
        if ahead and (frames := parser.feed(ahead)):
            yield frames
        while piece := await self._next():
            if frames := parser.feed(piece):
                yield frames
        if frames := parser.close():
            yield frames

    def close(self) -> None:
        """Let go of the connection; cut it at once if the answer was not read to its end."""
        connection = self._response.connection
        if connection is not None and connection.transport is not None:
            connection.transport.abort()
        self._response.close()

    async def _next(self) -> bytes:
        """Return the next piece of the opened body, empty at its end."""
        piece = await self._next_opened()
        self._taken += len(piece)
        if self._taken > self._limits.stream:
            raise too_large("The answer", self._limits.stream)
        return piece

    async def _next_opened(self) -> bytes:
        if not self._opener_known:
            self._opener_known = True
            self._opener = opener_of(self._headers.get("content-encoding", ""))
        opener = self._opener
        if opener is None:
            return await self._next_raw()
        while not (piece := _open_piece(opener)):
            raw = await self._next_raw()
            if not raw and not opener.is_whole():
                raise SourceError(Reason.INTERRUPTED, INTERRUPTED)
            if not raw:
                return b""
            opener.add(raw)
        # One read may open to a thousand pieces: others get their turn between them.
        await asyncio.sleep(0)
        return piece

    async def _next_raw(self) -> bytes:
        if self._break is not None:
            raise self._break
        try:
            return await self._response.content.readany()
        # A time-out is an OSError; RuntimeError is what aiohttp raises on a closed connection.
        except (aiohttp.ClientError, OSError, RuntimeError) as error:
            self._break = explain_break(error, self._target, self._timeouts)
            if left := _left_in(self._response.content):
                return left
            raise self._break from None


def _open_piece(opener: Opener) -> bytes:
    try:
        return opener.next_piece()
    except Exception as error:
        if not is_bad_data(error):
            raise
        raise SourceError(
            Reason.NOT_AN_API,
            "The answer is not compressed the way it says, so it cannot be read. Check what "
            "stands between Tapster and the API.",
        ) from None


def _left_in(content: aiohttp.StreamReader) -> bytes:
    """Return what came before a break and was not read yet; the reader itself withholds it."""
    pieces = []
    while content._buffer:  # noqa: SLF001  # no public way, and a broken stream's words are kept
        pieces.append(content._read_nowait_chunk(-1))  # noqa: SLF001
    return b"".join(pieces)


def _lower(response: aiohttp.ClientResponse) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers
