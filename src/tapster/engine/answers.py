"""What the engine answers with: a whole document, or frames as the model speaks."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Literal

import msgspec

from tapster.core.links import Frame

_DONE = Frame(b"[DONE]")


class Document:
    """A whole answer."""

    def __init__(self, status: int, body: object, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.headers: Mapping[str, str] = {"content-type": "application/json", **(headers or {})}
        self._body = msgspec.json.encode(body)

    async def framing(self) -> Literal["events", "document"]:
        """Tell that it is a document."""
        return "document"

    async def read(self) -> bytes:
        """Return the body."""
        return self._body

    async def frames(self) -> AsyncIterator[list[Frame]]:
        """Yield the document as a single frame, as a bare object in a stream would come."""
        yield [Frame(self._body)]


class Stream:
    """An answer that is still being written: `pieces` are the JSON chunks, in groups."""

    status = 200

    def __init__(self, pieces: AsyncIterator[list[bytes]]) -> None:
        self.headers: Mapping[str, str] = {"content-type": "text/event-stream"}
        self._pieces = pieces

    async def framing(self) -> Literal["events", "document"]:
        """Tell that it is a stream of events."""
        return "events"

    async def read(self) -> bytes:
        """Return all events as they would stand on a wire."""
        groups = [group async for group in self.frames()]
        return b"".join(b"data: %s\n\n" % frame.data for group in groups for frame in group)

    async def frames(self) -> AsyncIterator[list[Frame]]:
        """Yield the chunks that came together, and `[DONE]` at the end."""
        async for pieces in self._pieces:
            if pieces:
                yield [Frame(piece) for piece in pieces]
        yield [_DONE]


def refusal(
    status: int,
    message: str,
    *,
    code: str | None = None,
    param: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Document:
    """Return an error answer in OpenAI's shape."""
    error: dict[str, Any] = {
        "message": message,
        "type": "invalid_request_error" if status < 500 else "server_error",
        "param": param,
        "code": code,
    }
    return Document(status, {"error": error}, headers)
