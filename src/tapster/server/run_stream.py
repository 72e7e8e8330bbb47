"""A run's events as server-sent events, from any of them on."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import msgspec

from tapster.app import Tapster
from tapster.core.errors import InvalidInput
from tapster.core.people import Caller
from tapster.core.run_events import RunEvent
from tapster.server.event_stream import EventStream
from tapster.server.followers import Followers

# The greatest number the database can give an event.
_MOST_EVENTS = (1 << 31) - 1

_ENCODER = msgspec.json.Encoder()


def last_seen(header: str | None, after: int | None) -> int:
    """Return the number of the last event a follower has, from `Last-Event-ID` or `after`."""
    if after is None and header:
        if not (header.isascii() and header.isdigit() and len(header) < 16):
            raise InvalidInput("Last-Event-ID is the number of an event.", field="Last-Event-ID")
        after = int(header)
    if after is not None and not 0 <= after <= _MOST_EVENTS:
        raise InvalidInput("`after` is the number of an event: 0 or more.", field="after")
    return after or 0


def encode_event(event: RunEvent) -> bytes:
    """Return `event` as a server-sent event; its type is the tag of its struct."""
    data = _ENCODER.encode(event)
    kind = event.__struct_config__.tag
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (event.seq, str(kind).encode(), data)


class RunStream(EventStream):
    """One follower of one run, which ends with the run at the latest."""

    def __init__(
        self, tapster: Tapster, caller: Caller, run_id: str, *, after: int, followers: Followers
    ) -> None:
        super().__init__(caller, followers=followers)
        self._tapster = tapster
        self._run_id = run_id
        self._after = after

    async def events(self) -> AsyncGenerator[bytes, None]:
        """Yield the events after the last one seen."""
        owner = self.caller.person.id
        following = self._tapster.runs.follow(owner, self._run_id, after=self._after)
        async with aclosing(following) as events:
            async for event in events:
                yield encode_event(event)
