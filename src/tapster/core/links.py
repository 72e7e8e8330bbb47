"""How a source reaches an endpoint: a link, and the transport that carries its calls.

A `Transport` is handed in: the network, the model inside the process, or a test's replay.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, Protocol

from msgspec import Struct, field

from tapster.core.errands import Asker
from tapster.core.secrets import Secret


class Timeouts(Struct, frozen=True):
    """Seconds. `idle` is the longest silence between two reads; `total` bounds one call."""

    connect: float = 10.0
    idle: float = 600.0
    total: float = 3600.0


class Frame(Struct, frozen=True, gc=False):
    """One event of a stream: its SSE event name (`None` when there is none) and its data."""

    data: bytes
    event: str | None = None


class Call(Struct, frozen=True):
    """One HTTP request, ready to be sent. `url` is absolute.

    `key` is the secret that already stands somewhere in it, wherever that is. `longest` is how
    many bytes of an answer are read at most, where that is less than usual. With `closes` its
    connection is used for no other call. `asker` is whose page asks, if one does.
    """

    method: Literal["GET", "POST"]
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    timeouts: Timeouts = Timeouts()
    outbound_proxy: str | None = None
    verify_tls: bool = True
    content_derived: bool = False
    closes: bool = False
    key: Secret | None = None
    longest: int | None = None
    asker: Asker | None = None

    def __repr__(self) -> str:
        # Headers, query and body may hold a key: a call is named by where it goes.
        return f"Call({self.method} {self.url.partition('?')[0]})"


class Answer(Protocol):
    """What came back. Header names are lower case."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    async def framing(self) -> Literal["events", "document"]:
        """Tell a stream of events from one whole document, by content type and first byte.

        What the provider really sends counts, not what was asked for. `text/event-stream`,
        NDJSON and a body that opens with `[` are events; an object, HTML and all else are a
        document.
        """
        ...

    async def read(self) -> bytes:
        """Return the whole body, bounded; raise `SourceError` when it is too large or breaks."""
        ...

    def frames(self) -> AsyncIterator[list[Frame]]:
        """Yield the stream's events, all that one network read completed at a time.

        Server-sent events, NDJSON and the elements of a streamed JSON array all become frames.
        Comments, keep-alives and empty events are left out; `data: [DONE]` is yielded like any
        other, and so is a bare JSON object that stands between events without `data:`.
        """
        ...


class Transport(Protocol):
    """Carries calls. Leaving the context early closes the connection: the provider stops."""

    def send(self, call: Call) -> AbstractAsyncContextManager[Answer]: ...


class Link(Struct, frozen=True):
    """All a source needs to reach one endpoint.

    `endpoint` absent means the source's own. `options` are the source's own options, already
    validated. `include_body` is laid over the encoded body, `exclude_body` names top-level
    fields taken out of it, `headers` are laid over ours. `answer` is a name for the one answer
    that is asked for, by which some servers can be told to stop it.
    """

    transport: Transport
    endpoint: str | None = None
    key: Secret | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    include_body: Mapping[str, Any] = field(default_factory=dict)
    exclude_body: tuple[str, ...] = ()
    answer: str | None = None
    timeouts: Timeouts = Timeouts()
    outbound_proxy: str | None = None
    verify_tls: bool = True
