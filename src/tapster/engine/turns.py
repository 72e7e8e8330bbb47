"""Who may use the model, in order of arrival; it is loaded on first use and leaves when idle."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from tapster.core.errors import EngineError
from tapster.engine.process import ModelProcess
from tapster.engine.progress import Progress, Report
from tapster.engine.weights import Weights

Open = Callable[[Weights], Awaitable[ModelProcess]]

CLOSED = "Tapster is shutting down: the embedded model has stopped."


class Busy(Exception):
    """More requests wait already than can be served in reasonable time."""


class Turns:
    """Hands a loaded model to as many requests at once as it has slots.

    Whoever comes first is served first; the door is an `asyncio.Lock`, which is fair. One model
    is loaded at a time: a request for another waits until the ones before it are done.
    """

    def __init__(
        self, open_model: Open, *, slots: int, waiting: int, idle: float, report: Report
    ) -> None:
        self._open = open_model
        self._slots = slots
        self._limit = waiting
        self._idle = idle
        self._report = report
        self._door = asyncio.Lock()
        self._changed = asyncio.Condition()
        self._model: ModelProcess | None = None
        self._waiting = 0
        self._used = 0
        self._timer: asyncio.TimerHandle | None = None
        self._leaving: asyncio.Task[None] | None = None
        self._opening: asyncio.Future[ModelProcess] | None = None
        self._closed = False

    @property
    def loaded(self) -> ModelProcess | None:
        """The model that is loaded now."""
        return self._model if self._model and self._model.alive else None

    @asynccontextmanager
    async def take(self, weights: Weights, share: int = 1) -> AsyncIterator[ModelProcess]:
        """Yield the loaded model, with `share` of its slots; raise `Busy` or `EngineError`."""
        if self._waiting >= self._limit:
            raise Busy
        self._waiting += 1
        try:
            async with self._door:
                self._stop_timer()
                try:
                    model = await self._loaded(weights)
                    share = min(share, model.plan.slots)
                    await self._until(lambda: self._used + share <= model.plan.slots)
                    self._used += share
                finally:
                    if not self._used:
                        self._start_timer()
        finally:
            self._waiting -= 1
        try:
            yield model
        finally:
            self._used -= share
            if not self._used:
                self._start_timer()
            async with self._changed:
                self._changed.notify_all()

    async def close(self) -> None:
        """End the model, whatever it does, and refuse everything from here on."""
        self._closed = True
        self._stop_timer()
        if self._opening:
            self._opening.cancel()
        await self._end()
        if self._leaving:
            await self._leaving

    async def _loaded(self, weights: Weights) -> ModelProcess:
        if self._closed:
            raise EngineError(CLOSED)
        if (model := self.loaded) and model.weights == weights:
            return model
        await self._until(lambda: not self._used)
        await self._end()
        self._report(Progress("found", weights.id))
        self._opening = asyncio.ensure_future(self._open(weights))
        try:
            self._model = await self._opening
        except EngineError as error:
            self._report(Progress("failed", weights.id, message=error.message))
            raise
        except asyncio.CancelledError:
            if self._closed:
                raise EngineError(CLOSED) from None
            raise
        finally:
            self._opening = None
        return self._model

    async def _until(self, holds: Callable[[], bool]) -> None:
        async with self._changed:
            await self._changed.wait_for(holds)

    def _start_timer(self) -> None:
        self._stop_timer()
        if self._model and not self._closed:
            self._timer = asyncio.get_running_loop().call_later(self._idle, self._leave)

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _leave(self) -> None:
        self._leaving = asyncio.get_running_loop().create_task(self._leave_unless_used())

    async def _leave_unless_used(self) -> None:
        async with self._door:
            if not self._used:
                await self._end()

    async def _end(self) -> None:
        if model := self._model:
            self._model = None
            await model.close()
            self._report(Progress("unloaded", model.weights.id))
