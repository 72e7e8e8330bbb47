"""How long we waited for others, so that our own share of the time can be told."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Literal, Self

from tapster.core.links import Answer, Call, Frame, Transport


class Waiting:
    """Seconds during which at least one part of a request waited for its endpoint.

    Entered around each wait; waits that overlap count once.
    """

    __slots__ = ("_began", "_running", "seconds")

    def __init__(self) -> None:
        self.seconds = 0.0
        self._running = 0
        self._began = 0.0

    def __enter__(self) -> Self:
        if not self._running:
            self._began = time.perf_counter()
        self._running += 1
        return self

    def __exit__(self, *_: object) -> None:
        self._running -= 1
        if not self._running:
            self.seconds += time.perf_counter() - self._began


class TimedTransport:
    """A transport that adds what it waits to `waiting`."""

    def __init__(self, transport: Transport, waiting: Waiting) -> None:
        self._transport = transport
        self._waiting = waiting

    def send(self, call: Call) -> AbstractAsyncContextManager[Answer]:
        return _TimedAnswer(self._transport.send(call), self._waiting)


class _TimedAnswer:
    """Both the context of an answer and, once entered, the answer itself."""

    def __init__(self, opening: AbstractAsyncContextManager[Answer], waiting: Waiting) -> None:
        self._opening = opening
        self._waiting = waiting
        self._answer: Answer

    async def __aenter__(self) -> Answer:
        with self._waiting:
            self._answer = await self._opening.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        return await self._opening.__aexit__(kind, error, traceback)

    @property
    def status(self) -> int:
        return self._answer.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._answer.headers

    async def framing(self) -> Literal["events", "document"]:
        with self._waiting:
            return await self._answer.framing()

    async def read(self) -> bytes:
        with self._waiting:
            return await self._answer.read()

    def frames(self) -> AsyncIterator[list[Frame]]:
        # Only the way to the first event is measured: after it the answer's header is out.
        return self._answer.frames()
