"""Waiting longer after each wrong try, so that guessing a password takes years."""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

from msgspec import Struct

from tapster.core.errors import TooOften

_MOST_REMEMBERED = 10_000


class _Tries(Struct):
    count: int = 0
    until: float = 0.0


class Backoff:
    """Counts tries by what they have in common. In memory, for this process.

    The first `free` tries cost nothing; from then on each doubles the wait, up to `longest`
    seconds. Tries are forgotten once nobody tried for `longest` seconds after the wait.
    """

    def __init__(
        self,
        *,
        free: int = 5,
        longest: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._free = free
        self._longest = longest
        self._clock = clock
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    def begin(self, about: str) -> None:
        """Count a try before it is made, so that many at once are no way around.

        Raises `TooOften` while there is still time to wait; that counts for nothing.
        """
        now = self._clock()
        tries = self._tries.get(about)
        if tries is None or now > tries.until + self._longest:
            tries = _Tries()
        if now < tries.until:
            wait = tries.until - now
            raise TooOften(
                f"There were too many tries: wait {_in_words(wait)} before the next.",
                retry_after=wait,
            )
        tries.count += 1
        # The exponent is bounded before the wait is.
        wait = 2.0 ** min(tries.count - self._free, 20) if tries.count >= self._free else 0.0
        tries.until = now + min(wait, self._longest)
        self._tries[about] = tries
        self._tries.move_to_end(about)
        if len(self._tries) > _MOST_REMEMBERED:
            self._tries.popitem(last=False)

    def take_back(self, about: str) -> None:
        """Count one try less, and let the next be made at once; wrong ones still count."""
        if (tries := self._tries.get(about)) is not None:
            tries.count = max(0, tries.count - 1)
            tries.until = self._clock()

    def succeed(self, about: str) -> None:
        """Forget the tries: this one was right."""
        self._tries.pop(about, None)


def begin_all(tries: Sequence[tuple[Backoff, str]]) -> None:
    """Count one try by several things it has in common with others.

    Raises `TooOften` while one of them has to wait; then it is counted by none.
    """
    counted: list[tuple[Backoff, str]] = []
    for backoff, about in tries:
        try:
            backoff.begin(about)
        except TooOften:
            for before, other in counted:
                before.take_back(other)
            raise
        counted.append((backoff, about))


def _in_words(seconds: float) -> str:
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min"
