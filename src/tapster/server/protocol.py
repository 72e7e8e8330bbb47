"""HTTP as it arrives: what uvicorn would forget of a request before our door sees it, and how
long, and how large, a request may be that is not there yet.
"""

import asyncio
from typing import Literal, TypeAlias

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tapster.server.door import ABORT, ABSOLUTE

HEAD_WITHIN = 15.0
"""Seconds in which the head of a request comes, from its first byte or from the connection."""

BODY_WITHIN = 600.0
"""Seconds in which a body comes: 25 MB at half a megabit a second."""

_LONGEST_HEAD = 64 * 1024

# Where in a request a connection is.
_Stage: TypeAlias = Literal["between", "head", "body"]


class Protocol(HttpToolsProtocol):
    """uvicorn's own, but a request that names a whole address keeps the mark of it, an answer
    nobody reads can be given up, and who sends half a request does not keep the connection.

    The host in such an address is the one that counts (RFC 9112, 3.2.2), and uvicorn drops it.
    """

    head_within = HEAD_WITHIN
    body_within = BODY_WITHIN

    _stage: _Stage = "head"
    # What the deadline is for.
    _expected: _Stage = "between"
    _deadline: asyncio.TimerHandle | None = None
    # Bytes that came without a head, a piece of body or an end being complete with them.
    _pending = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect a request."""
        super().connection_made(transport)
        self._expect("head")

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing more."""
        self._expect("between")
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless what is read leads nowhere."""
        self._pending += len(data)
        super().data_received(data)
        if self._pending > _LONGEST_HEAD:
            self._refuse()
            return
        stage = "head" if self._stage == "between" and self._pending else self._stage
        if stage != self._expected:
            self._expect(stage)

    def on_message_begin(self) -> None:
        """Take note that a request begins."""
        self._stage = "head"
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep what stands in the head; what comes behind a body is nobody's."""
        if self._stage == "head":
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Mark the request before its task runs."""
        self._stage = "body"
        self._pending = 0
        # The next head has its own time.
        self._expect("between")
        super().on_headers_complete()
        self.scope[ABORT] = self.transport.abort  # type: ignore[literal-required]
        if self.url[:1] != b"/":
            self.scope[ABSOLUTE] = True  # type: ignore[literal-required]

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        self._pending = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Take note that the request is there."""
        self._stage = "between"
        self._pending = 0
        super().on_message_complete()

    def _expect(self, stage: _Stage) -> None:
        """Hang up unless what is expected comes in time."""
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline, self._expected = None, stage
        if stage != "between":
            within = self.head_within if stage == "head" else self.body_within
            self._deadline = self.loop.call_later(within, self.transport.abort)

    def _refuse(self) -> None:
        """Hang up on a head, or something behind a body, that has no end."""
        if self.transport.is_closing():
            return
        if self._stage != "body" and (self.cycle is None or self.cycle.response_complete):
            self.transport.write(_TOO_LARGE)
            self.transport.close()
        else:
            self.transport.abort()


_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-type: text/plain; charset=utf-8\r\ncontent-length: 36\r\nconnection: close\r\n\r\n"
    b"The head of the request is too large"
)
