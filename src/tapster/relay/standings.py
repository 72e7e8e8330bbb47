"""How connections stand: noted by checks and by answers, kept in the store for all.

What answers tell is written behind them, and seldom while nothing changes: no answer waits for it.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

from msgspec.structs import replace

from tapster.core.checks import Check, Standing, State
from tapster.core.connections import READY_MADE, Connection
from tapster.core.errors import Reason, SourceError, TapsterError
from tapster.core.requests import ChatRequest
from tapster.core.servers import in_short
from tapster.relay.endpoints import Endpoint
from tapster.relay.probes import is_elsewhere
from tapster.relay.verdicts import is_about_the_model, verdict_on
from tapster.store import Store

# Seconds between two writes of one connection while nothing changes.
_EVERY = 30.0
# What is the fault of a request, not of the way it went.
_OF_THE_REQUEST = frozenset({Reason.INVALID, Reason.TOO_LARGE, Reason.FILTERED})


class Standings:
    """The standings one process knows of, and the writes that are under way."""

    def __init__(
        self, store: Store, *, clock: Callable[[], float] = time.time, every: float = _EVERY
    ) -> None:
        self._store = store
        self._clock = clock
        self._every = every
        self._noted: dict[str, Standing] = {}
        # When each was written last. Ready-made connections have no row: theirs stay here.
        self._written: dict[str, float] = {}
        self._writing: dict[str, asyncio.Task[None]] = {}

    async def all(self) -> dict[str, Standing]:
        """Return how each connection stands of which anything is known, by its id."""
        async with self._store.read() as rows:
            known = await rows.standings.all()
        # Of the others another process may know better: there the rows count.
        ours = {each for each in self._noted if each.startswith(READY_MADE)} | self._writing.keys()
        return known | {each: self._noted[each] for each in ours if each in self._noted}

    async def of(self, connection: Connection) -> Standing | None:
        """Return how one connection stands as far as that is written, if anything is known."""
        if connection.ready_made:
            return self._noted.get(connection.id)
        async with self._store.read() as rows:
            return await rows.standings.get(connection.id)

    async def note_check(self, connection: Connection, check: Check) -> None:
        """Keep what a check found."""
        self._noted[connection.id] = Standing(
            state=check.state,
            message=check.message,
            at=self._clock(),
            latency=check.latency,
            models=check.models,
            tried=check.tried,
            words=check.words,
            endpoint=check.endpoint,
            server=check.server and in_short(check.server),
        )
        if not connection.ready_made:
            # That it cannot be kept is no reason not to tell it.
            with suppress(TapsterError):
                await self._write(connection.id)

    def note_answer(self, connection: Connection) -> None:
        """Note that an answer came through."""
        now, before = self._clock(), self._noted.get(connection.id)
        if before is not None and before.state is State.READY:
            if now - before.at < self._every:
                return
            standing = replace(before, at=now)
        else:
            standing = Standing(state=State.READY, message="Ready. The last answer came.", at=now)
        self._note(connection, standing)

    def note_failure(self, endpoint: Endpoint, request: ChatRequest, error: SourceError) -> None:
        """Note why no answer came, unless that was the fault of this request alone."""
        connection = endpoint.connection
        if endpoint.source.ability is not None:
            # How a model in a browser stands is another thing in every page.
            return
        if error.reason in _OF_THE_REQUEST or _is_about_another_model(connection, request, error):
            return
        if request.prompt is not None and is_elsewhere(error):
            # An endpoint without text completions may have chats all the same.
            return
        now = self._clock()
        check = verdict_on(endpoint, error, now=now)
        before = self._noted.get(connection.id)
        is_same = before is not None and (before.state, before.words) == (check.state, check.words)
        if is_same and before is not None and now - before.at < self._every:
            return
        self._note(
            connection,
            Standing(state=check.state, message=check.message, at=now, words=check.words),
        )

    async def forget(self, connection_id: str) -> None:
        """Forget how a connection stood: it leads elsewhere, or shows another key there."""
        self._noted.pop(connection_id, None)
        self._written.pop(connection_id, None)
        async with self._store.begin() as rows:
            await rows.standings.remove(connection_id)

    async def aclose(self) -> None:
        """Finish writing."""
        await asyncio.gather(*self._writing.values(), return_exceptions=True)

    def _note(self, connection: Connection, standing: Standing) -> None:
        self._noted[connection.id] = standing
        if not connection.ready_made and connection.id not in self._writing:
            self._writing[connection.id] = asyncio.create_task(self._write_behind(connection.id))

    async def _write_behind(self, connection_id: str) -> None:
        """Write what is noted, and again what was noted meanwhile."""
        try:
            # A removed connection, or a busy database: the next answer tells it anew.
            with suppress(TapsterError):
                while self._is_unwritten(connection_id):
                    await self._write(connection_id)
        finally:
            del self._writing[connection_id]

    def _is_unwritten(self, connection_id: str) -> bool:
        noted = self._noted.get(connection_id)
        return noted is not None and self._written.get(connection_id) != noted.at

    async def _write(self, connection_id: str) -> None:
        standing = noted = self._noted[connection_id]
        self._written[connection_id] = noted.at
        async with self._store.begin() as rows:
            if noted.state is State.READY and noted.latency is None:
                # That it still works is no reason to forget what a check found.
                kept = await rows.standings.get(connection_id)
                if kept is not None and kept.state is State.READY:
                    standing = replace(kept, at=noted.at)
            if self._noted.get(connection_id) is not noted:
                # Forgotten meanwhile, or another is noted: that one is written in its turn.
                return
            self._noted[connection_id] = standing
            await rows.standings.put(connection_id, standing)


def _is_about_another_model(
    connection: Connection, request: ChatRequest, error: SourceError
) -> bool:
    if connection.model == request.model:
        return False
    return is_about_the_model(error) or (
        error.reason is Reason.NOT_FOUND and request.model in error.message
    )
