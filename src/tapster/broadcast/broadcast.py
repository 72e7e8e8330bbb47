"""What every way of telling other processes can do."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from tapster.broadcast.channels import Batch, Channel
from tapster.broadcast.ears import Ear, Word
from tapster.broadcast.memory import MemoryBroadcast
from tapster.core.errors import InvalidInput

Listener = Callable[[str], None]
"""Is given the id of a run that somebody wants to stop."""


class Broadcast(Protocol):
    """Batches of events to whoever follows, a wish to whoever runs, words to a person.

    Publishing and asking never wait and never fail: what cannot be delivered is lost here, and
    found in the database. Words to a person are not kept anywhere: an ear learns that it has
    missed some, where that is known.
    """

    @property
    def live(self) -> bool:
        """Whether word of other processes arrives; if not, read the database more often."""
        ...

    async def start(self) -> None:
        """Begin to listen to other processes."""
        ...

    async def aclose(self) -> None:
        """Stop listening, after what was published has gone out."""
        ...

    def publish(self, name: str, batch: Batch) -> None:
        """Add a batch to the channel `name`."""
        ...

    def close(self, name: str) -> None:
        """Say that nothing more is published to `name` here."""
        ...

    def follow(self, name: str, *, after: int) -> AbstractContextManager[Channel]:
        """Lend the channel `name`, to be read from event `after` on."""
        ...

    def listen(self, worker: str, listener: Listener) -> None:
        """Have `listener` called for each run of `worker` that is to stop."""
        ...

    def ask_to_stop(self, worker: str, run_id: str) -> None:
        """Tell `worker` that somebody wants its run to stop."""
        ...

    def tell(self, person: str | None, word: Word) -> None:
        """Say `word` to whoever hears `person`, in every process; `None` is everyone."""
        ...

    def hear(self, person: str) -> AbstractContextManager[Ear]:
        """Lend an ear for what is said to `person`, and to everyone, from now on."""
        ...

    async def present(self) -> frozenset[str]:
        """Return the names of the workers that gave a sign of life lately."""
        ...


def open_broadcast(redis_url: str | None, *, worker: str, alone: bool = True) -> Broadcast:
    """Return the broadcast of `worker`: through Redis when there is an address, else in memory.

    Where it is not `alone` on its database and there is no Redis, others are heard of through
    the database, a little later.
    """
    if redis_url is None:
        return MemoryBroadcast(alone=alone)
    try:
        from tapster.broadcast.streams import StreamBroadcast  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise InvalidInput(
            "The Redis driver is not installed: install it with `pip install 'tapster[redis]'`, "
            "or unset TAPSTER_REDIS_URL.",
            field="redis_url",
        ) from error
    return StreamBroadcast(redis_url, worker=worker)
