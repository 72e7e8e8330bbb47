"""The life of one run: what the model says is numbered, told at once and saved soon after."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace

from tapster.broadcast import Batch, Broadcast
from tapster.chats.admission import Limits
from tapster.chats.answers import Answers
from tapster.chats.endings import INTERRUPTED, Course, Ended, Outcome, closing_of, write_end
from tapster.chats.failures import failure_of, unsaved
from tapster.chats.folding import Folded
from tapster.chats.numbering import Numbering, kept, speaks
from tapster.chats.pieces import Pieces
from tapster.core.chats import FailedTry
from tapster.core.errors import Conflict, NotFound, StoreError, TapsterError
from tapster.core.events import Event, TextDelta
from tapster.core.figures import Figures
from tapster.core.run_events import RunEvent, RunStarted, encode_events, join_bodies
from tapster.core.runs import Chosen, Run, RunAsked, RunPiece, Writer
from tapster.store import Store

_log = logging.getLogger(__name__)

# Seconds the first word waits for its message to be added; with a database that is slower the
# words go out first.
_FIRST_WORD_WAITS = 0.5
# Seconds between two tries to add the message, or to write the end of a run.
_TRY_AGAIN = 0.5
_TRY_SELDOM = 5.0
# Seconds a writer that was told to end may take over its farewell.
_FAREWELL = 5.0


@dataclass(frozen=True)
class Workshop:
    """What all runs of a worker share."""

    store: Store
    broadcast: Broadcast
    pieces: Pieces
    answers: Answers
    writer: Writer
    clock: Callable[[], float]
    limits: Limits
    figures: Figures
    worker: str
    boot: str


class Generation:
    """A run while it runs here."""

    def __init__(self, run: Run, shop: Workshop) -> None:
        self.run = run
        self.ended = asyncio.Event()
        self._shop = shop
        self._numbering = Numbering()
        self._folded = Folded()
        self._unsaved: list[Batch] = []
        self._unsaved_size = 0
        self._chosen: Chosen | None = None
        self._sent_from: str | None = None
        self._tries: tuple[FailedTry, ...] = ()
        self._first_token_at: float | None = None
        self._first_text_at: float | None = None
        self._adding: asyncio.Task[None] | None = None
        self._add_after = 0.0
        self._reading: asyncio.Task[Outcome] | None = None
        self._given_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._why: Literal["stopped", "interrupted", "lost"] | None = None
        # Set when the end is being written: a writer that does not let go is not heard.
        self._over = False

    @property
    def run_id(self) -> str:
        """Whose events these are."""
        return self.run.id

    @property
    def folded(self) -> Folded:
        """What was said so far."""
        return self._folded

    def choose(self, chosen: Chosen) -> None:
        """Take note of who is asked."""
        self._chosen = chosen

    def note_cut(self, sent_from: str) -> None:
        """Take note of the first message that is sent, as older ones have no room."""
        self._sent_from = sent_from

    def note_tries(self, tries: tuple[FailedTry, ...]) -> None:
        """Take note of the tries that failed so far."""
        self._tries = tuple(kept(each) for each in tries)

    async def live(self, asked: RunAsked) -> None:
        """Run to the end, and write it."""
        run = self.run
        try:
            self._tell(
                [
                    RunStarted(
                        self._numbering.next(), run.kind, run.chat_id, run.parent_id, run.target_id
                    )
                ]
            )
            self._reading = asyncio.create_task(self._read(asked))
            if self._why is not None:
                self._reading.cancel()
            outcome = await self._outcome(self._reading)
            if self._adding is not None:
                await asyncio.wait((self._adding,))
            self._over = True
            if self._why != "lost":
                await self._end(outcome)
        finally:
            for task in (self._reading, self._adding):
                if task is not None:
                    task.cancel()
            self._shop.pieces.drop(run.id)
            self._shop.broadcast.close(run.id)
            self.ended.set()

    def stop(self) -> None:
        """End it as a person wants: the provider is left at once, the text is kept."""
        self._cut("stopped")

    def interrupt(self) -> None:
        """End it because this process ends."""
        self._cut("interrupted")

    def piece(self, at: float) -> RunPiece | None:
        """Return what is unsaved, as one piece."""
        batches = self._unsaved
        if not batches:
            return None
        body = join_bodies([batch.body for batch in batches])
        first, last = batches[0].first, batches[-1].last
        return RunPiece(
            run_id=self.run.id, first=first, last=last, saved_at=at, events=body.decode()
        )

    def saved(self, last: int) -> None:
        """Take note that everything up to event `last` is saved."""
        self._unsaved = [batch for batch in self._unsaved if batch.last > last]
        self._unsaved_size = sum(len(batch.body) for batch in self._unsaved)

    def lose(self) -> None:
        """Take note that another process ended this run: nothing more is written."""
        self._cut("lost")

    def _cut(self, why: Literal["stopped", "interrupted", "lost"]) -> None:
        if self._why is None or why == "lost":
            self._why = why
        if self._reading is not None:
            self._reading.cancel()
            loop = asyncio.get_running_loop()
            loop.call_later(_FAREWELL, _resolve, self._given_up)

    async def _outcome(self, reading: asyncio.Task[Outcome]) -> Outcome:
        await asyncio.wait((reading, self._given_up), return_when=asyncio.FIRST_COMPLETED)
        if not reading.done():
            return Outcome("stopped") if self._why == "stopped" else INTERRUPTED
        error = None
        if not reading.cancelled() and (error := reading.exception()) is None:
            # What was complete before the wish to stop is complete.
            return reading.result()
        if self._why == "stopped":
            return Outcome("stopped")
        if self._why is None and isinstance(error, Exception):
            return Outcome("failed", error=failure_of(error))
        return INTERRUPTED

    async def _read(self, asked: RunAsked) -> Outcome:
        """Hear what the model says."""
        numbering = self._numbering
        async with aclosing(self._shop.writer(asked)) as batches:
            async for events in batches:
                await self._hear(events)
                if numbering.failed is not None:
                    return Outcome("failed", error=numbering.failed)
        ended = numbering.finished
        if ended is None:
            return Outcome("finished")
        return Outcome("finished", reason=ended.reason, raw=ended.raw)

    async def _hear(self, events: Sequence[Event]) -> None:
        if speaks(events):
            self._numbering.look(events)
            if self._first_token_at is None:
                self._first_token_at = self._shop.clock()
            if self._first_text_at is None and any(isinstance(each, TextDelta) for each in events):
                self._first_text_at = self._shop.clock()
            if self.run.adds_message and self.run.message_id is None:
                await self._have_message_added()
        self._tell(self._numbering.number(events))
        if self._unsaved_size > self._shop.limits.most_unsaved:
            raise self._shop.pieces.failing or StoreError(
                "The database does not keep up with what is written: try again later."
            )

    def _tell(self, events: list[RunEvent]) -> None:
        """Tell followers of `events`, and have them saved soon."""
        if not events or self._over:
            return
        batch = Batch(events[0].seq, events[-1].seq, encode_events(events))
        self._shop.broadcast.publish(self.run.id, batch)
        self._folded.hear_all(events)
        self._unsaved.append(batch)
        self._unsaved_size += len(batch.body)
        self._shop.pieces.want(self, urgent=self._unsaved_size >= self._shop.limits.flush_size)

    async def _have_message_added(self) -> None:
        """Have the answer's row added, and wait for that as long as one may."""
        now = asyncio.get_running_loop().time()
        if self._adding is None and now >= self._add_after:
            self._add_after = now + _TRY_AGAIN
            self._adding = asyncio.create_task(self._add_message())
            await asyncio.wait((self._adding,), timeout=_FIRST_WORD_WAITS)

    async def _add_message(self) -> None:
        shop, run = self._shop, self.run
        started = self._numbering.started
        try:
            async with shop.store.begin() as rows:
                held = await rows.runs.hold((run.id,), worker=shop.worker, boot=shop.boot)
                if not held:
                    self.lose()
                    return
                added = await shop.answers.add(
                    rows,
                    run,
                    chosen=self._chosen or Chosen(),
                    answered_by=started.model if started else None,
                    seq=0,
                    at=shop.clock(),
                )
                renewed = replace(run, message_id=added.message_id)
        except TapsterError as error:
            # The end of the run tries again; if the chat is gone, it says so.
            _log.warning("The message of a run cannot be added for now: %s", error.message)
            self._adding = None
            return
        self.run = renewed
        self._tell([replace(added, seq=self._numbering.next())])

    async def _end(self, outcome: Outcome) -> None:
        """Write the end; while the database cannot be written, try again."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._shop.limits.save_for
        told = False
        while True:
            try:
                ended = await self._write_end(outcome)
            except NotFound as error:
                # The chat, or what was continued, is gone for good: there is no place to write.
                await self._end_nowhere(error, told=told)
                return
            except (StoreError, Conflict) as error:
                if not told and loop.time() >= until:
                    outcome, told = Outcome("failed", error=unsaved(error)), True
                    self._tell_end(outcome)
                if told and self._why == "interrupted":
                    return
                await asyncio.sleep(_TRY_SELDOM if told else _TRY_AGAIN)
            except TapsterError as error:
                # No database keeps what was said.
                await self._end_nowhere(error, told=told)
                return
            else:
                if ended is not None and not told:
                    self._publish(ended.events)
                return

    async def _write_end(self, outcome: Outcome) -> Ended | None:
        """Write everything unsaved and the end, or nothing when another process did."""
        shop = self._shop
        async with shop.pieces.turn:
            shop.pieces.drop(self.run.id)
            at = shop.clock()
            started = self._numbering.started
            async with shop.store.begin() as rows:
                held = await rows.runs.hold((self.run.id,), worker=shop.worker, boot=shop.boot)
                if not held:
                    return None
                # A commit that was reported as failed may have taken place all the same.
                saved = await rows.runs.last_saved((self.run.id,))
                self.saved(saved.get(self.run.id, 0))
                piece = self.piece(at)
                if piece is not None:
                    await rows.runs.add_pieces([piece])
                ended = await write_end(
                    rows,
                    shop.answers,
                    self.run,
                    self._folded,
                    outcome,
                    at=at,
                    course=Course(
                        chosen=self._chosen,
                        sent_from=self._sent_from,
                        tries=self._tries,
                        answered_by=started.model if started else None,
                        first_token_at=self._first_token_at,
                        first_text_at=self._first_text_at,
                    ),
                )
        self.run = ended.run
        self._unsaved.clear()
        return ended

    async def _end_nowhere(self, error: TapsterError, *, told: bool) -> None:
        outcome = Outcome("failed", error=failure_of(error))
        if not told:
            self._tell_end(outcome)
        with suppress(TapsterError):
            async with self._shop.store.begin() as rows:
                await rows.runs.replace(
                    replace(
                        self.run,
                        state="failed",
                        ended_at=self._shop.clock(),
                        last_event=self._numbering.last,
                        text=self._folded.text,
                        error=outcome.error,
                    )
                )

    def _tell_end(self, outcome: Outcome) -> None:
        number = self._numbering.next()
        self._publish([closing_of(outcome, number, self.run.message_id)])

    def _publish(self, events: list[RunEvent]) -> None:
        batch = Batch(events[0].seq, events[-1].seq, encode_events(events))
        self._shop.broadcast.publish(self.run.id, batch)


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
