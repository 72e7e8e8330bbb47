"""The shape of a chat's tree: which message stands below which, and what paths there are."""

from collections.abc import Iterator, Sequence


class Shape:
    """The living messages of a chat as they stand; those below one message are in their order.

    What hangs on a message that is not among them stands on top. Most messages have one below
    them: only of the others a list is made.
    """

    def __init__(self, links: Sequence[tuple[str, str | None]]) -> None:
        self._above: dict[str, str | None] = dict(links)
        self._first: dict[str | None, str] = {}
        self._all: dict[str | None, list[str]] = {}
        for own, parent in links:
            place = parent if parent in self._above else None
            if self._first.setdefault(place, own) is not own:
                self._all.setdefault(place, [self._first[place]]).append(own)

    def __contains__(self, message_id: object) -> bool:
        return message_id in self._above

    def above(self, message_id: str) -> str | None:
        """Return the message above this one, if there is any."""
        parent = self._above[message_id]
        return parent if parent in self._above else None

    def below(self, message_id: str | None) -> Sequence[str]:
        """Return those right below a message (`None`: the first ones), in order."""
        if message_id in self._all:
            return self._all[message_id]
        return (self._first[message_id],) if message_id in self._first else ()

    def upwards(self, message_id: str | None) -> Iterator[str]:
        """Yield a message of these and all above it."""
        while message_id in self._above:
            yield message_id
            message_id = self._above[message_id]

    def run_from(self, first: str) -> list[str]:
        """Return the messages from `first` down to where the tree forks, or ends."""
        run, at = [first], first
        while at not in self._all and at in self._first:
            at = self._first[at]
            run.append(at)
        return run
