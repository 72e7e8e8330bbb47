"""What every dialect offers to the sources that speak it."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct, field

from tapster.core.errors import SourceError
from tapster.core.events import Event, Noticed
from tapster.core.links import Frame
from tapster.core.models import ModelPage
from tapster.core.requests import ChatRequest


class Encoded(Struct, frozen=True):
    """A request as it goes out: the path below the endpoint (with its query), body, headers.

    `notices` say what of the request had no place in this dialect.
    """

    path: str
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)
    notices: tuple[Noticed, ...] = ()


class Decoder(Protocol):
    """Understands one streamed reply. Made for one reply, fed in order, closed once."""

    def feed(self, frames: Sequence[Frame]) -> list[Event]:
        """Return the events of `frames`. A `Failed` is always the last event."""
        ...

    def close(self) -> list[Event]:
        """Return what is left to say when the stream has ended: a missing `Finished`, or a
        `Failed` if it ended too early.
        """
        ...


class Dialect(Protocol):
    """A wire format, with its quirks as fields of the class that implements it."""

    @property
    def takes(self) -> frozenset[str]:
        """Names of the response settings (see `core.settings`) the format has a field for."""
        ...

    def encode(self, request: ChatRequest) -> Encoded:
        """Return `request` in this format."""
        ...

    def decoder(self, request: ChatRequest) -> Decoder:
        """Return a fresh decoder for the streamed reply to `request`."""
        ...

    def decode_reply(self, body: bytes, request: ChatRequest) -> list[Event]:
        """Return the events of a whole reply; an error inside a 200 is a last `Failed`."""
        ...

    def read_error(self, status: int, headers: Mapping[str, str], body: bytes) -> SourceError:
        """Return what an error answer says. Never raises, whatever the body is."""
        ...

    def decode_models(self, body: bytes) -> ModelPage:
        """Return the models a list answer names; raise `SourceError` if it is no such list."""
        ...
