"""Better addresses: looked for at most once at a time, and kept where that harms nobody."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable

from tapster.core.errors import Conflict, NotFound
from tapster.relay.addresses import search
from tapster.relay.book import Book, Moved
from tapster.relay.endpoints import Endpoint, Endpoints, Identity


class Searches:
    """The searches of one process. What one found, or did not, holds for `pause` seconds."""

    def __init__(
        self,
        book: Book,
        endpoints: Endpoints,
        *,
        pause: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._book = book
        self._endpoints = endpoints
        self._pause = pause
        self._clock = clock
        self._running: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._last: dict[str, tuple[Identity, float, str | None]] = {}

    async def find(self, endpoint: Endpoint) -> str | None:
        """Return an address that works where the endpoint's does not, if there is one.

        Who asks while a search runs waits for what it finds.
        """
        name = endpoint.connection.id
        async with self._running[name]:
            last = self._last.get(name)
            if last and last[0] == endpoint.identity and self._clock() - last[1] < self._pause:
                return last[2]
            address = (await search(endpoint, given_too=False)).address
            self._last[name] = endpoint.identity, self._clock(), address
            return address

    async def keep(self, endpoint: Endpoint, address: str) -> Moved:
        """Store `address` as the endpoint's. In a preset of several it is only remembered."""
        try:
            moved = await self._book.move(
                endpoint.connection, endpoint.given, address, now=self._clock()
            )
        except (Conflict, NotFound):
            # Somebody else was faster: theirs stands.
            return Moved.CHANGED
        if moved is Moved.SHARED:
            self._endpoints.prefer(endpoint, address)
        return moved
