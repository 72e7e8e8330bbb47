"""What goes back over the wire, as a value that faults can bend before it is sent."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal, NamedTuple

import msgspec

Kind = Literal["open", "delta", "close", "end", "done"]


class Piece(NamedTuple):
    """One write: an event of a stream, or a whole body.

    `end` is what tells the client how the answer ended, `done` a mark after it (`[DONE]`).
    """

    data: bytes
    kind: Kind = "delta"
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class Output:
    """An answer. `status` 0 hangs up without one; a pause of infinity waits for the client."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pieces: Iterable[Piece] = ()
    framing: Literal["length", "chunked", "close"] = "length"
    length: int | None = None
    delay: float = 0.0
    ending: Literal["clean", "cut", "hang"] = "clean"
    faults: tuple[str, ...] = ()

    @property
    def is_stream(self) -> bool:
        """Whether the answer comes in events."""
        return self.framing == "chunked"


class Refused(Exception):
    """The vendor does not accept the request; `output` is what it says."""

    def __init__(self, output: Output) -> None:
        super().__init__(output.status)
        self.output = output


def whole(
    value: Any, *, status: int = 200, headers: dict[str, str] | None = None, delay: float = 0.0
) -> Output:
    """Return `value` as one JSON document."""
    return document(
        msgspec.json.encode(value), "application/json", status=status, headers=headers, delay=delay
    )


def document(
    body: bytes,
    content_type: str,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    delay: float = 0.0,
) -> Output:
    """Return `body` as one document."""
    return Output(
        status=status,
        headers={"content-type": content_type, **(headers or {})},
        pieces=(Piece(body, "end"),),
        delay=delay,
    )


def stream(
    pieces: Iterable[Piece],
    content_type: str = "text/event-stream",
    *,
    headers: dict[str, str] | None = None,
) -> Output:
    """Return `pieces` as a stream, one write each."""
    return Output(
        headers={"content-type": content_type, "cache-control": "no-cache", **(headers or {})},
        pieces=pieces,
        framing="chunked",
    )


def event(value: Any, kind: Kind = "delta", *, name: str | None = None) -> Piece:
    """Return a server-sent event, with a pause taken from nothing."""
    head = f"event: {name}\n".encode() if name else b""
    return Piece(head + b"data: " + msgspec.json.encode(value) + b"\n\n", kind)


DONE = Piece(b"data: [DONE]\n\n", "done")


def status_line(status: int) -> bytes:
    """Return the first line of an answer, with the usual words for `status`."""
    try:
        words = HTTPStatus(status).phrase
    except ValueError:
        words = "Status"
    return f"HTTP/1.1 {status} {words}\r\n".encode()
