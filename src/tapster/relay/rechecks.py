"""Checks again, in the background, while a key is too new for its provider."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tapster.core.checks import Check, State
from tapster.core.connections import Connection
from tapster.core.errors import TapsterError

# What may pass by itself. Anything else is an answer, and the end.
_UNDECIDED = {
    State.KEY_NOT_ACTIVE_YET,
    State.RATE_LIMITED,
    State.UNREACHABLE,
    State.FAILED,
}


@dataclass
class Recheck:
    """A connection being checked again: how often it was, and when it will be (monotonic)."""

    task: asyncio.Task[None] | None = None
    count: int = 0
    due: float = 0.0


class Rechecks:
    """The connections being checked again, at most once each. Times are seconds."""

    def __init__(
        self, check: Callable[[Connection], Awaitable[Check]], *, every: float, longest: float
    ) -> None:
        self._check = check
        self._every = every
        self._longest = longest
        self._running: dict[str, Recheck] = {}

    def start(self, connection: Connection) -> None:
        """Begin to check `connection` again and again, unless that is under way."""
        if connection.id not in self._running:
            recheck = self._running[connection.id] = Recheck()
            recheck.task = asyncio.create_task(self._repeat(connection, recheck))

    def of(self, connection: Connection) -> Recheck | None:
        """Return how far it is with `connection`; `None` when it is not checked again."""
        return self._running.get(connection.id)

    async def aclose(self) -> None:
        """Stop checking."""
        tasks = [recheck.task for recheck in self._running.values() if recheck.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _repeat(self, connection: Connection, recheck: Recheck) -> None:
        ends = time.monotonic() + self._longest
        try:
            while (due := time.monotonic() + self._every) < ends:
                recheck.due = due
                await asyncio.sleep(self._every)
                recheck.count += 1
                if (await self._check(connection)).state not in _UNDECIDED:
                    return
        except TapsterError:
            pass  # removed, or its key cannot be opened: the next question says so
        finally:
            del self._running[connection.id]
