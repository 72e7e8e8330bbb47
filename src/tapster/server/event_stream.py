"""Server-sent events: a bare ASGI answer, as each word passes through it."""

import asyncio
import math
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from tapster.core.errors import Busy, TapsterError
from tapster.core.people import Caller
from tapster.server.door import ABORT
from tapster.server.followers import Followers
from tapster.server.problems import KIND, encode_problem, problem_of
from tapster.server.v1 import Receive, Scope, Send

# Seconds of silence after which a sign of life is sent, so that nothing on the way hangs up.
_SIGN_OF_LIFE = 15.0
_HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
)


class EventStream(ABC):
    """One follower of something. It ends with that, with the client, or with the right to it."""

    def __init__(
        self,
        caller: Caller,
        *,
        followers: Followers,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.caller = caller
        self._followers = followers
        self._clock = clock
        self._sending_since: float | None = None
        self._sent_at = 0.0
        self._telling: asyncio.Task[None] | None = None
        self._abort: Callable[[], None] = lambda: None
        self._send: Send | None = None
        self._sign: asyncio.Task[None] | None = None

    @abstractmethod
    def events(self) -> AsyncGenerator[bytes, None]:
        """Yield events as they are sent."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the stream."""
        try:
            self._followers.add(self)
        except TapsterError as error:
            await _refuse(error, send)
            return
        self._abort = scope.get(ABORT, self._abort)
        self._send = send
        gone = asyncio.create_task(_until_gone(receive))
        telling = self._telling = asyncio.create_task(self._tell(send))
        try:
            await asyncio.wait({gone, telling}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._followers.remove(self)
            tasks = {gone, telling} | ({self._sign} if self._sign else set())
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        if not telling.cancelled() and (broken := telling.exception()) is not None:
            raise broken

    def look(self, now: float) -> None:
        """Hang up on a client that does not read; show others that we are there."""
        if self._sending_since is not None:
            if now - self._sending_since > self._followers.patience:
                self._abort()
                self.end()
        elif self._sent_at and now - self._sent_at > _SIGN_OF_LIFE:
            self._sign = asyncio.create_task(self._write(b": still here\n\n"))

    def end(self) -> None:
        """End the stream without a closing event: the client may come again, if it may at all."""
        if self._telling is not None:
            self._telling.cancel()

    async def _tell(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS)})
        # Whoever follows learns at once that the way is open.
        await self._write(b": here\n\n")
        async with aclosing(self.events()) as events:
            async for event in events:
                await self._write(event)
        await send({"type": "http.response.body", "body": b""})

    async def _write(self, body: bytes) -> None:
        if self._send is None:
            return
        self._sent_at = self._sending_since = self._clock()
        await self._send({"type": "http.response.body", "body": body, "more_body": True})
        self._sending_since = None


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _refuse(error: TapsterError, send: Send) -> None:
    problem = problem_of(error)
    headers = [(b"content-type", KIND.encode()), (b"cache-control", b"no-store")]
    if isinstance(error, Busy):
        headers.append((b"retry-after", b"%d" % math.ceil(error.retry_after)))
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": encode_problem(problem)})
