"""Trying again: which failures are worth another try, at which door, and after how long."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from msgspec import Struct

from tapster.core.chats import FailedTry
from tapster.core.errors import Reason, SourceError
from tapster.core.keys import Key
from tapster.relay.timing import Waiting

# With another key the same request may go through.
_ABOUT_THE_KEY = {Reason.AUTH, Reason.BILLING, Reason.RATE_LIMIT, Reason.PERMISSION}


class Patience(Struct, frozen=True):
    """How long we try. Seconds; `retries` counts tries after the first, with one key.

    `longest_asked` is the longest wait a provider may ask for that a person would sit through.
    A key too new for its provider is checked again `recheck_every` so often, `recheck_for` so
    long. A list of models that could not be had is not asked for again for `list_pause`, nor is a
    better address looked for again. Whoever stands at an unknown address has `look` for each
    answer. A server that loads or downloads a model is waited for through a `model_silence`; one
    that has to be asked how far it is, every `model_pause`; for its list, which somebody looks
    at, it has `model_list` however it drips. One that counts tokens has `count` to
    do so before an answer.
    """

    retries: int = 2
    first_wait: float = 0.5
    longest_wait: float = 8.0
    longest_asked: float = 10.0
    recheck_every: float = 15.0
    recheck_for: float = 1800.0
    list_pause: float = 30.0
    look: float = 2.0
    model_silence: float = 1800.0
    model_pause: float = 1.0
    model_list: float = 60.0
    count: float = 0.5


@dataclass(frozen=True)
class Attempt:
    """One try that failed. `moved_from` is the address that was tried, where a better was found."""

    key: Key | None
    error: SourceError
    moved_from: str | None = None


@dataclass
class Trail:
    """What it took to get the answer; filled while the request runs.

    `asked` is how many answers were asked for one by one.
    """

    failed: list[Attempt] = field(default_factory=list)
    waiting: Waiting = field(default_factory=Waiting)
    asked: int = 1

    @property
    def count(self) -> int:
        """Tries so far, the running ones included."""
        return len(self.failed) + self.asked


def tries_of(trail: Trail, *, in_full: bool) -> tuple[FailedTry, ...]:
    """Return what failed on the way, as it is told: without where the provider is.

    Only `in_full` with which key, and at which path: who may not administer connections is told
    nothing of either.
    """
    return tuple(
        FailedTry(
            reason=attempt.error.reason,
            message=attempt.error.message,
            status=attempt.error.status,
            key=f"…{attempt.key.last4}" if in_full and attempt.key else None,
            address=urlsplit(attempt.moved_from).path or "/"
            if in_full and attempt.moved_from
            else None,
        )
        for attempt in trail.failed
    )


def try_other_key(error: SourceError) -> bool:
    """Whether another key of the same connection may do better."""
    return error.reason in _ABOUT_THE_KEY


def wait_before_retry(
    error: SourceError,
    *,
    done: int,
    patience: Patience,
    chance: Callable[[], float] = random.random,
) -> float | None:
    """Return the seconds to wait before try `done + 1`, or `None` when it is no use.

    A provider that asks for a longer wait than a person would sit through is not retried.
    """
    if done > patience.retries or not error.retryable:
        return None
    if error.retry_after is not None:
        return error.retry_after if error.retry_after <= patience.longest_asked else None
    wait = min(patience.first_wait * 2 ** (done - 1), patience.longest_wait)
    return float(wait * (0.75 + chance() / 4))
