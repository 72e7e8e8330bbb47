"""Checks connections, keeps what a check learns, and follows up on keys that are too new."""

import time
from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from tapster.core.checks import Check, State
from tapster.core.connections import Connection
from tapster.core.errors import NotFound
from tapster.relay.attempts import Patience
from tapster.relay.book import Book
from tapster.relay.check import bypassed, check_endpoint
from tapster.relay.endpoints import Endpoints
from tapster.relay.lookout import Lookout
from tapster.relay.rechecks import Rechecks
from tapster.relay.searches import Searches
from tapster.relay.shelf import Shelf
from tapster.relay.standings import Standings
from tapster.relay.surroundings import with_server


class Checks:
    """The status checks of one process."""

    def __init__(
        self,
        *,
        book: Book,
        endpoints: Endpoints,
        searches: Searches,
        shelf: Shelf,
        standings: Standings,
        lookout: Lookout,
        patience: Patience,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._book = book
        self._endpoints = endpoints
        self._searches = searches
        self._shelf = shelf
        self._standings = standings
        self._lookout = lookout
        self._clock = clock
        self._rechecks = Rechecks(
            self._look_again, every=patience.recheck_every, longest=patience.recheck_for
        )

    async def check(self, connection: Connection) -> Check:
        """Ask the endpoint how it stands.

        A better address that works is stored, unless others share it; a list of models kept.
        A key that is merely too new is checked again in the background until it works.
        """
        in_page = self._endpoints.source_of(connection).ability is not None
        if connection.bypass_status_check and not in_page:
            # The list is still worth having; that it fails is no matter here.
            await self._shelf.refresh_behind(connection)
            check = bypassed(connection)
            await self._standings.note_check(connection, check)
            return check
        check = await self._look(connection)
        if check.state is not State.KEY_NOT_ACTIVE_YET:
            return check
        self.watch(connection)
        if (recheck := self._rechecks.of(connection)) is None:
            return check
        again_in = max(0.0, recheck.due - time.monotonic())
        return replace(check, rechecks=recheck.count, again_in=again_in)

    def watch(self, connection: Connection) -> None:
        """Check `connection`, whose key is too new, in the background until it works."""
        self._rechecks.start(connection)

    async def aclose(self) -> None:
        """Stop what runs in the background."""
        await self._rechecks.aclose()

    async def _look_again(self, connection: Connection) -> Check:
        for current in await self._book.connections():
            if current.id == connection.id:
                return await self._look(current)
        raise NotFound(f"The connection {connection.name!r} was removed in the meantime.")

    async def _look(self, connection: Connection) -> Check:
        endpoint = await self._endpoints.reach(connection)
        finding = await check_endpoint(
            endpoint, keep=partial(self._searches.keep, endpoint), now=self._clock
        )
        if finding.models is not None:
            await self._shelf.keep(connection, finding.models)
        await self._endpoints.note_worked(endpoint, finding.key)
        if finding.check.state is State.IN_PAGE:
            return finding.check
        check = await with_server(finding.check, endpoint, self._lookout)
        await self._standings.note_check(connection, check)
        return check
