"""Leases: a run belongs to a process as long as that says so, and to nobody afterwards."""

import asyncio
import logging
import math
from collections.abc import Mapping

from tapster.chats.generation import Generation, Workshop
from tapster.chats.recovery import recover
from tapster.core.errors import TapsterError

_log = logging.getLogger(__name__)

# Seconds between two looks at the wishes to stop while no word of other workers arrives, and
# between two times that old events are forgotten.
_LISTEN = 1.0
_PRUNE = 60.0


class Leases:
    """Looks after the runs that are `here`, and after those that others left behind."""

    def __init__(self, shop: Workshop, here: Mapping[str, Generation]) -> None:
        self._shop = shop
        self._here = here

    def stop(self, run_id: str) -> None:
        """Stop a run, if it is here."""
        if generation := self._here.get(run_id):
            generation.stop()

    async def keep(self) -> None:
        """Renew leases, hear wishes to stop, interrupt what nobody runs, for ever."""
        loop = asyncio.get_running_loop()
        renewed = pruned = loop.time()
        renew = self._shop.limits.renew
        trouble = -math.inf
        while True:
            await asyncio.sleep(min(_LISTEN, renew))
            now = loop.time()
            try:
                if now - renewed >= renew:
                    renewed = now
                    await self.renew()
                    await self.hear_wishes()
                    # Who could not renew its lease, as nobody could, is given time to.
                    if now - trouble > self._shop.limits.lease:
                        await recover(self._shop)
                elif not self._shop.broadcast.live:
                    await self.hear_wishes()
                if now - pruned >= _PRUNE:
                    pruned = now
                    await self.prune()
            except TapsterError as error:
                trouble = loop.time()
                _log.warning("Runs cannot be looked after for now: %s", error.message)
            except Exception:  # noqa: BLE001  # an oddity must not end the leases of all runs
                trouble = loop.time()
                _log.exception("Runs could not be looked after")

    async def renew(self) -> None:
        """Renew the lease of everything that runs here, in one statement."""
        if not self._here:
            return
        shop = self._shop
        until = shop.clock() + shop.limits.lease
        async with shop.store.begin() as rows:
            await rows.runs.renew(
                tuple(self._here), worker=shop.worker, boot=shop.boot, until=until
            )

    async def hear_wishes(self) -> None:
        """Stop what others want to stop."""
        if not self._here:
            return
        shop = self._shop
        async with shop.store.read() as rows:
            asked = await rows.runs.asked_to_stop(worker=shop.worker, boot=shop.boot)
        for run_id in asked:
            self.stop(run_id)

    async def prune(self) -> int:
        """Forget the single events of runs that ended long ago; return of how many runs."""
        before = self._shop.clock() - self._shop.limits.pieces_stay
        async with self._shop.store.begin() as rows:
            return await rows.runs.prune(ended_before=before)
