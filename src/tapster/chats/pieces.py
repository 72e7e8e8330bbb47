"""Saves what runs say, all of a worker's runs together, a few times a second."""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from tapster.chats.admission import Limits
from tapster.core.errors import Conflict, TapsterError
from tapster.core.runs import RunPiece
from tapster.store import Store

_log = logging.getLogger(__name__)

# Seconds before a database that could not be written is tried again, at first and at most.
_PAUSE = 0.25
_LONGEST_PAUSE = 2.0


class Unsaved(Protocol):
    """A run with events that are not in the database yet."""

    @property
    def run_id(self) -> str:
        """Whose events they are."""
        ...

    def piece(self, at: float) -> RunPiece | None:
        """Return what is unsaved, as one piece."""
        ...

    def saved(self, last: int) -> None:
        """Take note that everything up to event `last` is saved."""
        ...

    def lose(self) -> None:
        """Take note that another process ended this run."""
        ...


class Pieces:
    """Saves the events of many runs in one transaction, so that 200 runs cost as one.

    `turn` is held while that happens: the end of a run takes it too.
    """

    def __init__(
        self, store: Store, *, worker: str, boot: str, clock: Callable[[], float], limits: Limits
    ) -> None:
        self.turn = asyncio.Lock()
        self.failing: TapsterError | None = None
        self._store = store
        self._worker = worker
        self._boot = boot
        self._clock = clock
        self._limits = limits
        self._waiting: dict[str, Unsaved] = {}
        self._something = asyncio.Event()
        self._urgent = asyncio.Event()

    def want(self, run: Unsaved, *, urgent: bool = False) -> None:
        """Have a run's events saved: within `flush_after` seconds, or at once when `urgent`."""
        self._waiting[run.run_id] = run
        self._something.set()
        if urgent:
            self._urgent.set()

    def drop(self, run_id: str) -> None:
        """Save nothing more of a run: its end is written otherwise."""
        self._waiting.pop(run_id, None)

    async def keep(self) -> None:
        """Save what comes, for ever."""
        pause = 0.0
        while True:
            await self._something.wait()
            if pause:
                await asyncio.sleep(pause)
            else:
                await self._wait_a_little()
            self._something.clear()
            self._urgent.clear()
            try:
                await self.flush()
            except TapsterError as error:
                pause = min(_LONGEST_PAUSE, pause * 2 or _PAUSE)
                if self.failing is None:
                    _log.warning("Runs cannot be saved for now: %s", error.message)
                self.failing = error
                self._something.set()
            except Exception:  # noqa: BLE001  # one run's oddity must not end the saving of all
                _log.exception("Runs could not be saved")
                pause = _LONGEST_PAUSE
                self._something.set()
            else:
                pause, self.failing = 0.0, None

    async def flush(self) -> None:
        """Save everything that waits."""
        async with self.turn:
            waiting, self._waiting = self._waiting, {}
            try:
                await self._save(waiting)
            except BaseException:
                self._waiting = waiting | self._waiting
                raise

    async def _wait_a_little(self) -> None:
        try:
            async with asyncio.timeout(self._limits.flush_after):
                await self._urgent.wait()
        except TimeoutError:
            pass

    async def _save(self, waiting: dict[str, Unsaved]) -> None:
        now = self._clock()
        pieces = [piece for run in waiting.values() if (piece := run.piece(now)) is not None]
        if not pieces:
            return
        ids = [piece.run_id for piece in pieces]
        try:
            async with self._store.begin() as rows:
                held = await rows.runs.hold(ids, worker=self._worker, boot=self._boot)
                await rows.runs.add_pieces([piece for piece in pieces if piece.run_id in held])
        except Conflict:
            # A commit that was reported as failed took place all the same.
            await self._find_saved(waiting)
            raise
        for piece in pieces:
            if piece.run_id in held:
                waiting[piece.run_id].saved(piece.last)
            else:
                waiting[piece.run_id].lose()

    async def _find_saved(self, waiting: dict[str, Unsaved]) -> None:
        async with self._store.read() as rows:
            found = await rows.runs.last_saved(waiting)
        for run_id, last in found.items():
            waiting[run_id].saved(last)
