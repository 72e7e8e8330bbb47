"""Events of a reply as they are given out: one that says the provider failed is raised instead."""

from collections.abc import Iterator

from tapster.core.errors import Reason, SourceError
from tapster.core.events import Event, Failed


def until_failed(events: list[Event]) -> Iterator[list[Event]]:
    """Yield `events`, if there are any; raise what comes last where the provider failed."""
    if events and isinstance(failed := events[-1], Failed):
        if len(events) > 1:
            yield events[:-1]
        raise failed.as_error()
    if events:
        yield events


def unless_failed(events: list[Event]) -> list[Event]:
    """Return `events`; raise instead if all they say is that the provider failed."""
    if events and isinstance(failed := events[-1], Failed):
        raise failed.as_error()
    if not events:
        raise SourceError(Reason.UPSTREAM, "The provider answered with nothing at all. Try again.")
    return events
