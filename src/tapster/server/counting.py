"""Around the whole application: every request is counted and, debugging, logged.

A bare ASGI layer, because each chunk of the gateway passes through it.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from tapster.core.figures import Figures

# A client that left before there was an answer.
_GONE = 499
_OTHER = "other"

FAMILY = "tapster.family"
"""What a scope holds whose family is not the beginning of its path."""

log = logging.getLogger("tapster.access")


class Counted:
    """The application `inner`, counted in `figures` by the families of its routes."""

    def __init__(
        self,
        inner: Callable[..., Awaitable[None]],
        figures: Figures,
        *,
        paths: Iterable[str],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._inner = inner
        self._figures = figures
        self._families = frozenset(map(_first_two, paths)) | {
            "/v1/chat",
            "/v1/completions",
            "/v1/models",
        }
        self._clock = clock

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        began = self._clock()
        # A mounted application finds the path cut, and leaves it so.
        path = scope["path"]
        status = _GONE

        async def send_on(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._inner(scope, receive, send_on)
        finally:
            seconds = self._clock() - began
            family = scope.get(FAMILY) or self._family(path)
            self._figures.note_request(family, status, seconds)
            if log.isEnabledFor(logging.DEBUG):
                # Without the query: it may hold what nobody should read.
                log.debug("%s %s %d %.3f s", scope["method"], path, status, seconds)

    def _family(self, path: str) -> str:
        # What nobody serves is one family: strangers must not fill our memory with names.
        family = _first_two(path)
        return family if family in self._families else _OTHER


def _first_two(path: str) -> str:
    return "/" + "/".join(path.split("/", 3)[1:3]).rstrip("/")
