"""What servers count a prompt to be, remembered, so that the same prompt is not asked for twice."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b

import msgspec

from tapster.core.connections import Connection
from tapster.core.errors import TapsterError
from tapster.core.requests import ChatRequest
from tapster.prompts import post_process
from tapster.relay.endpoints import Endpoint, Endpoints, Identity
from tapster.sources import Counted

_MOST_KNOWN = 256
# Seconds a count is believed: by then the server may hold another model.
_FRESH_FOR = 600.0
# Seconds a server that did not tell is not asked again.
_PAUSE = 60.0


class Counts:
    """Asks servers that count tokens. `clock` tells seconds."""

    def __init__(
        self, endpoints: Endpoints, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._endpoints = endpoints
        self._clock = clock
        # By a digest of address and request: the words themselves are not held.
        self._known: OrderedDict[bytes, tuple[Counted, float]] = OrderedDict()
        self._failed: dict[str, tuple[Identity, float]] = {}

    async def of(
        self, connection: Connection, request: ChatRequest, *, within: float
    ) -> Counted | None:
        """Return what the server counts for the prompt of `request`.

        `None` if it does not tell within so many seconds, did not a moment ago, or never does.
        """
        endpoint = await self._endpoints.reach(connection)
        if not endpoint.source.counts_tokens or self._is_silent(endpoint):
            return None
        # The answer itself will not be asked for there, either.
        if endpoint.lacks_its_key:
            return None
        request, _ = post_process(request, connection.post_processing)
        key = _digest_of(endpoint, request)
        if (known := self._known.get(key)) and self._clock() - known[1] < _FRESH_FOR:
            return known[0]
        try:
            async with asyncio.timeout(within):
                counted = await endpoint.source.count_tokens(request, endpoint.link)
        except (TapsterError, TimeoutError):
            self._failed[connection.id] = endpoint.identity, self._clock()
            return None
        self._failed.pop(connection.id, None)
        self._known[key] = counted, self._clock()
        self._known.move_to_end(key)
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
        return counted

    def _is_silent(self, endpoint: Endpoint) -> bool:
        """Whether the server did not tell when it was asked a moment ago."""
        identity, at = self._failed.get(endpoint.connection.id, (None, 0.0))
        return identity == endpoint.identity and self._clock() - at < _PAUSE


def _digest_of(endpoint: Endpoint, request: ChatRequest) -> bytes:
    encoded = endpoint.source.encoded(request, endpoint.link)
    place = (endpoint.source.id, endpoint.source.endpoint_of(endpoint.link))
    return blake2b(msgspec.json.encode((place, encoded.body)), digest_size=16).digest()
