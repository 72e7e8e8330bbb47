"""The broadcast of one process: everybody is here."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tapster.broadcast.channels import Batch, Channel
from tapster.broadcast.ears import Ear, Word


@dataclass
class Place:
    """A channel in use, and how many follow it."""

    channel: Channel
    followers: int = 0


class MemoryBroadcast:
    """Channels kept in memory as long as someone publishes or follows them.

    `alone` says that there is no other process on the same database.
    """

    def __init__(self, *, alone: bool = True) -> None:
        self._alone = alone
        self.places: dict[str, Place] = {}
        self._listeners: dict[str, Callable[[str], None]] = {}
        self._ears: dict[str, set[Ear]] = {}

    @property
    def live(self) -> bool:
        """Whether nobody is elsewhere: no word of other processes ever arrives."""
        return self._alone

    async def start(self) -> None:
        """Nothing to begin."""

    async def aclose(self) -> None:
        """Nothing to end."""

    def publish(self, name: str, batch: Batch) -> None:
        """Add a batch to the channel `name`."""
        place = self.places.get(name)
        if place is None:
            place = self.places[name] = Place(Channel(seen=batch.first - 1))
        place.channel.published = True
        place.channel.add(batch)

    def close(self, name: str) -> None:
        """Forget the channel once nobody follows it."""
        if place := self.places.get(name):
            place.channel.published = False
            place.channel.wake()
            self._forget_unused(name, place)

    @contextmanager
    def follow(self, name: str, *, after: int) -> Iterator[Channel]:
        """Lend the channel `name`, to be read from event `after` on."""
        place = self.places.get(name)
        if place is None:
            place = self.places[name] = Place(Channel(seen=after))
        place.followers += 1
        try:
            yield place.channel
        finally:
            place.followers -= 1
            self._forget_unused(name, place)

    def listen(self, worker: str, listener: Callable[[str], None]) -> None:
        """Have `listener` called for each run of `worker` that is to stop."""
        self._listeners[worker] = listener

    def ask_to_stop(self, worker: str, run_id: str) -> None:
        """Tell `worker` that somebody wants its run to stop."""
        if listener := self._listeners.get(worker):
            listener(run_id)

    def tell(self, person: str | None, word: Word) -> None:
        """Say `word` to whoever hears `person`; `None` is everyone."""
        for ear in self._all_ears() if person is None else self._ears.get(person, ()):
            ear.tell(word)

    def miss(self) -> None:
        """Let every ear know that words were lost."""
        for ear in self._all_ears():
            ear.miss()

    @contextmanager
    def hear(self, person: str) -> Iterator[Ear]:
        """Lend an ear for what is said to `person`, and to everyone, from now on."""
        ear = Ear()
        ears = self._ears.setdefault(person, set())
        ears.add(ear)
        try:
            yield ear
        finally:
            ears.discard(ear)
            if not ears and self._ears.get(person) is ears:
                del self._ears[person]

    async def present(self) -> frozenset[str]:
        """Return the workers that listen here."""
        return frozenset(self._listeners)

    def _all_ears(self) -> list[Ear]:
        return [ear for ears in self._ears.values() for ear in ears]

    def _forget_unused(self, name: str, place: Place) -> None:
        if not place.channel.published and not place.followers and self.places.get(name) is place:
            del self.places[name]
