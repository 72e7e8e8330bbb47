"""Following a run: what was said so far from the database, then what is being said."""

import asyncio
from collections.abc import AsyncGenerator

from msgspec.structs import replace

from tapster.broadcast import Broadcast, Channel
from tapster.chats.admission import Limits
from tapster.chats.retelling import retold
from tapster.core.errors import StoreError
from tapster.core.run_events import RunEvent, RunInterrupted, closes, decode_events
from tapster.core.runs import Run
from tapster.store import Store

# Seconds between two looks into the database while word arrives: a lost closing event is found.
_SELDOM = 5.0
# The same while the run is in this process: all there is comes through the channel.
_RARELY = 60.0
# Looks at a database that cannot be read before a follower is told.
_MOST_FAILURES = 40


class Following:
    """One follower of one run. It holds the number of the last event it gave, nothing else."""

    def __init__(
        self, store: Store, broadcast: Broadcast, run_id: str, *, after: int, limits: Limits
    ) -> None:
        self._store = store
        self._broadcast = broadcast
        self._run_id = run_id
        self._seen = after
        self._look_again = limits.look_again
        self._failures = 0

    async def events(self) -> AsyncGenerator[RunEvent, None]:
        """Yield each event once, in order, and end after the closing one.

        Whoever heard more than was kept when a worker was killed is told the end all the same:
        its number is always above what was heard.
        """
        with self._broadcast.follow(self._run_id, after=self._seen) as channel:
            # What runs here is all in the channel, or known to be missing from it.
            looked = channel.published
            while True:
                for event in self._heard(channel):
                    yield event
                    if closes(event):
                        return
                behind = channel.after(self._seen) is None
                if channel.last > self._seen and not behind:
                    continue
                if looked and not behind and await self._woken(channel):
                    continue
                found, ended = await self._look()
                for event in found:
                    self._seen = event.seq
                    yield event
                    if closes(event):
                        return
                if ended and not found:
                    return
                if behind and not found:
                    await asyncio.sleep(self._look_again)
                looked = not found

    def _heard(self, channel: Channel) -> list[RunEvent]:
        """Return what the channel holds next."""
        batches = channel.after(self._seen)
        if not batches:
            return []
        # A few at a time: a follower far behind must not hold up the others.
        heard = [
            event
            for batch in batches[:64]
            for event in decode_events(batch.body)
            if event.seq > self._seen
        ]
        self._seen = heard[-1].seq
        return heard

    async def _woken(self, channel: Channel) -> bool:
        """Wait for word, and return whether some came."""
        longest = _SELDOM if self._broadcast.live else self._look_again
        if channel.published:
            longest = _RARELY
        await channel.wait(self._seen, longest=longest)
        return channel.last > self._seen

    async def _look(self) -> tuple[list[RunEvent], bool]:
        """Return what the database holds next, and whether the run has ended."""
        try:
            async with self._store.read() as rows:
                # In this order: the last pieces of a run that has ended are there by then.
                run = await rows.runs.by_id(self._run_id)
                pieces = await rows.runs.pieces(self._run_id, after=self._seen)
                found: list[RunEvent] = [
                    event
                    for piece in pieces
                    for event in decode_events(piece.events)
                    if event.seq > self._seen
                ]
                ended = run is None or run.state != "running"
                if run is None:
                    # Its chat is gone for good, or another database was put in the place of this.
                    found = [RunInterrupted(self._seen + 1)]
                elif ended and not found and self._lacks_the_end(run):
                    found = await retold(rows, run, after=self._seen)
                    if found[-1].seq <= self._seen:
                        found = [replace(found[-1], seq=self._seen + 1)]
        except StoreError:
            self._failures += 1
            if self._failures > _MOST_FAILURES:
                raise
            await asyncio.sleep(self._look_again)
            return [], False
        self._failures = 0
        return found, ended

    def _lacks_the_end(self, run: Run) -> bool:
        """Whether the closing event of a run that ended may not have been heard.

        The last words of a killed worker were heard, and not kept: as it is saved, the end has
        the number of one of them.
        """
        return self._seen != run.last_event or run.state == "interrupted"
