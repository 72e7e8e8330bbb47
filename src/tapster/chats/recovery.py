"""What becomes of runs nobody runs any more: they are interrupted, and their words are kept."""

import logging
from collections.abc import Collection

from tapster.broadcast import Batch
from tapster.chats.endings import INTERRUPTED, Ended, write_end
from tapster.chats.folding import Folded
from tapster.chats.generation import Workshop
from tapster.core.errors import StoreError, TapsterError
from tapster.core.run_events import decode_events, encode_events
from tapster.core.runs import Run
from tapster.store import Rows

_log = logging.getLogger(__name__)


async def recover(shop: Workshop, *, ended: Collection[str] = ()) -> tuple[Run, ...]:
    """Interrupt every abandoned run, and return them. Raises `StoreError`.

    Those of the processes that `ended` are, before their leases are over.
    """
    async with shop.store.read() as rows:
        found = await rows.runs.abandoned(now=shop.clock(), ended=ended)
    recovered: list[Run] = []
    for run in found:
        try:
            written = await _recover(shop, run.id, ended)
        except StoreError:
            raise
        except TapsterError as error:
            # One run that cannot be written must not leave the others as they are.
            _log.warning("Run %s cannot be recovered: %s", run.id, error.message)
            continue
        if written is not None:
            events = written.events
            batch = Batch(events[0].seq, events[-1].seq, encode_events(events))
            shop.broadcast.publish(run.id, batch)
            shop.broadcast.close(run.id)
            shop.figures.note_run(written.run.kind, written.run.state)
            recovered.append(written.run)
    if recovered:
        were = "1 run was" if len(recovered) == 1 else f"{len(recovered)} runs were"
        _log.info("%s interrupted; what had been saved is kept", were)
    return tuple(recovered)


async def _recover(shop: Workshop, run_id: str, ended: Collection[str]) -> Ended | None:
    now = shop.clock()
    async with shop.store.begin() as rows:
        run = await rows.runs.claim(run_id, now=now, ended=ended)
        if run is None:
            return None
        folded = await fold_saved(rows, run_id)
        return await write_end(rows, shop.answers, run, folded, INTERRUPTED, at=now)


async def fold_saved(rows: Rows, run_id: str) -> Folded:
    """Return everything a run said, as far as it is saved."""
    folded = Folded()
    while pieces := await rows.runs.pieces(run_id, after=folded.last):
        for piece in pieces:
            folded.hear_all(decode_events(piece.events))
    return folded
