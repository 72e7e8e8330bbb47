"""A channel: the newest batches of one run, in memory, and those who wait for the next."""

import asyncio
from bisect import bisect_right
from collections.abc import Sequence

from msgspec import Struct

# Bytes of events a channel keeps. Who is further behind reads the database.
_LONGEST = 4 * 1024 * 1024


class Batch(Struct, frozen=True):
    """The events `first` to `last`, as a JSON list."""

    first: int
    last: int
    body: bytes


class Channel:
    """The newest batches in one place for every follower, so that a slow one costs nothing.

    A follower holds no more than the number of the last event it has seen. While `published`
    the run is in this process, and nothing of it can be missed here.
    """

    published = False

    def __init__(self, *, seen: int = 0, longest: int = _LONGEST) -> None:
        self._batches: list[Batch] = []
        self._seen = self._last = seen
        self._size = 0
        self._longest = longest
        self._waiting: set[asyncio.Future[None]] = set()

    @property
    def last(self) -> int:
        """The number of the newest event that came through."""
        return self._last

    def add(self, batch: Batch) -> None:
        """Take the next batch. One that was here before is ignored; after a gap the log begins
        anew.
        """
        if batch.last <= self._last:
            return
        if batch.first != self._last + 1:
            self._batches.clear()
            self._size = 0
            self._seen = batch.first - 1
        self._batches.append(batch)
        self._size += len(batch.body)
        self._last = batch.last
        if self._size > self._longest:
            self._cut()
        self.wake()

    def after(self, number: int) -> Sequence[Batch] | None:
        """Return the batches with events after `number`; `None` when some are not here."""
        if number < self._seen:
            return None
        if number >= self._last:
            return ()
        return self._batches[bisect_right(self._batches, number, key=_last_of) :]

    async def wait(self, number: int, *, longest: float) -> None:
        """Wait until there may be events after `number`, at most `longest` seconds."""
        if self._last > number:
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(woken)
        try:
            await asyncio.wait((woken,), timeout=longest)
        finally:
            self._waiting.discard(woken)

    def wake(self) -> None:
        """Have every follower look again."""
        waiting, self._waiting = self._waiting, set()
        for woken in waiting:
            if not woken.done():
                woken.set_result(None)

    def _cut(self) -> None:
        kept = len(self._batches)
        while self._size > self._longest // 2 and kept > 1:
            kept -= 1
            self._size -= len(self._batches[-kept - 1].body)
        if kept == len(self._batches):
            return
        self._seen = self._batches[-kept - 1].last
        del self._batches[:-kept]


def _last_of(batch: Batch) -> int:
    return batch.last
