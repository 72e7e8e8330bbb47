"""Everyone who follows something, looked after together: so many at most, for so long as they
may, and only while they listen.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from tapster.app.callers import Callers
from tapster.core.errors import Busy, TapsterError
from tapster.core.people import Caller

# How often all of them are looked at. Seconds.
_EVERY = 0.3
_MOST = 4000
_MOST_EACH = 200
# Seconds a client may leave what was sent to it unread.
_PATIENCE = 30.0


class Follower(Protocol):
    """An open stream of events."""

    caller: Caller

    def look(self, now: float) -> None:
        """Do what is due: a sign of life, or the end of one that does not listen."""

    def end(self) -> None:
        """End the stream: its caller may not listen any more."""


class Followers:
    """The open streams of this process. One task looks after them all, while there are any."""

    def __init__(
        self,
        callers: Callers,
        *,
        most: int = _MOST,
        most_each: int = _MOST_EACH,
        patience: float = _PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.patience = patience
        self._callers = callers
        self._most = most
        self._most_each = most_each
        self._clock = clock
        self._open: set[Follower] = set()
        self._by_person: Counter[str] = Counter()
        self._watch: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._open)

    def add(self, follower: Follower) -> None:
        """Let one more in. Raises `Busy` when there are too many."""
        person = follower.caller.person.id
        if self._by_person[person] >= self._most_each:
            raise Busy(
                f"You follow {self._most_each} streams already: close some of them.",
                retry_after=5.0,
                person=True,
            )
        if len(self._open) >= self._most:
            raise Busy("Too many streams are followed here just now.", retry_after=5.0)
        self._open.add(follower)
        self._by_person[person] += 1
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._look_after())

    def remove(self, follower: Follower) -> None:
        """Let one go."""
        self._open.discard(follower)
        person = follower.caller.person.id
        self._by_person[person] -= 1
        if not self._by_person[person]:
            del self._by_person[person]

    async def _look_after(self) -> None:
        while self._open:
            await asyncio.sleep(_EVERY)
            now = self._clock()
            listening: dict[int, bool] = {}
            for follower in tuple(self._open):
                follower.look(now)
                known = id(follower.caller)
                if known not in listening:
                    listening[known] = await self._may_listen(follower.caller)
                if not listening[known]:
                    follower.end()

    async def _may_listen(self, caller: Caller) -> bool:
        try:
            return await self._callers.still_valid(caller)
        except TapsterError:
            # A database that cannot be asked shuts nobody out; it is asked again soon.
            return True
