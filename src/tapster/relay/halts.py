"""Tells servers to stop answers that were left, while whoever left them goes on."""

import asyncio
import logging

from tapster.core.errors import TapsterError
from tapster.core.links import Link
from tapster.sources import Source

_log = logging.getLogger(__name__)

# Seconds one call may take: a server that does not answer by then will not stop either.
_PATIENCE = 3.0


class Halts:
    """The calls that are on their way. Belongs to one event loop."""

    def __init__(self) -> None:
        self._calls: set[asyncio.Task[None]] = set()

    def order(self, source: Source, link: Link) -> None:
        """Have the answer asked for over `link` stopped, if its server has to be told."""
        if not source.halts(link):
            return
        call = asyncio.create_task(_tell(source, link))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def aclose(self) -> None:
        """Wait for the calls that are on their way; none of them lasts long."""
        await asyncio.gather(*self._calls, return_exceptions=True)


async def _tell(source: Source, link: Link) -> None:
    try:
        async with asyncio.timeout(_PATIENCE):
            await source.stop(link)
    except (TapsterError, TimeoutError) as error:
        # The person has long gone on. The words may hold the key, the kind of error does not.
        _log.info("%s was not told to stop: %s", source.title, type(error).__name__)
