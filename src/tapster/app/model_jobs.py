"""What servers of one's own are doing with their models: begun, followed, stopped."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, suppress
from typing import Any

from msgspec import structs

from tapster.app.drafts import accept_load_options
from tapster.app.news import Newsroom
from tapster.core.connections import Connection
from tapster.core.errors import Busy, Conflict, InvalidInput, NotFound, TapsterError
from tapster.core.model_jobs import Deed, JobState, ModelJob, Progress, ServedModel
from tapster.core.news import ModelJobChanged, ModelJobUnwanted
from tapster.relay import Patience, Relay
from tapster.relay.served import act_of

_log = logging.getLogger(__name__)

_MOST = 8
_MOST_KEPT = 50
# Seconds for which an ended one is still told of.
_KEPT_FOR = 600.0
# How often it is looked whether there is something to tell, and told although nothing moved.
_LOOK_EVERY = 0.25
_SIGN_OF_LIFE = 5.0
# After this long without one, the process that tended a job is taken for gone.
_GONE_AFTER = 20.0
# Seconds the list of models, and a server that is asked to stop, may take.
_LAST_CALL = 10.0
_LONGEST_NAME = 500

_GOES_ON = "It is not watched any longer, but nothing stops this server: it goes on by itself."
_CLOSED = "Tapster was stopped meanwhile. Look at the server's list, and begin again if need be."


class _Work:
    """One job this process tends. `silence` is how many seconds it may be no further."""

    pump: "asyncio.Task[None]"

    def __init__(self, job: ModelJob, *, now: float, silence: float) -> None:
        self.job = job
        self.moved_at = now
        self.silence = silence
        self.is_silent = False
        self.is_unwanted = False
        self.changed = asyncio.Event()


class ModelJobs:
    """The desk for models on servers. A job lives in the process it was begun in.

    It goes on whether or not anybody looks; every process knows of it, and may have it stopped.
    """

    def __init__(
        self,
        *,
        relay: Relay,
        newsroom: Newsroom,
        new_id: Callable[[], str],
        clock: Callable[[], float] = time.time,
        patience: Patience | None = None,
    ) -> None:
        self._relay = relay
        self._newsroom = newsroom
        self._new_id = new_id
        self._clock = clock
        self._silence = (patience or Patience()).model_silence
        self._here: dict[str, _Work] = {}
        # By id: every job that is known of, wherever it is, and when word of it last came.
        self._known: dict[str, tuple[ModelJob, float]] = {}
        self._tending: set[asyncio.Task[None]] = set()
        self._hearing: asyncio.Task[None] | None = None

    def listen(self) -> None:
        """Begin to hear of what other processes tend."""
        if self._hearing is None:
            self._hearing = asyncio.create_task(self._hear())

    async def aclose(self) -> None:
        """Leave every server alone; those that cannot be stopped go on."""
        if self._hearing is not None:
            self._hearing.cancel()
        for work in self._here.values():
            work.pump.cancel()
        waited = [*self._tending, *([self._hearing] if self._hearing else [])]
        await asyncio.gather(*waited, return_exceptions=True)

    async def models(self, name: str) -> tuple[ServedModel, ...]:
        """Ask the server of the connection `name` what it has, and how each model stands."""
        return await self._relay.served.models(await self._relay.book.find(name))

    def of(self, connection: Connection) -> tuple[ModelJob, ...]:
        """Return the jobs of `connection` that run, or have ended lately, the oldest first."""
        self._forget_old()
        jobs = [job for job, _ in self._known.values() if job.connection == connection.id]
        return tuple(sorted(jobs, key=lambda job: job.started_at))

    async def start(
        self,
        name: str,
        deed: Deed,
        model: str,
        options: Mapping[str, Any] | None = None,
    ) -> ModelJob:
        """Have the server of the connection `name` do `deed` with `model`, and return at once.

        What runs already is returned as it is. Raises `InvalidInput` for what this kind of server
        has no call for, `Conflict` where something else is done with the same model, `Busy` where
        too much runs.
        """
        connection = await self._relay.book.find(name)
        source = self._relay.endpoints.source_of(connection)
        act_of(source, deed)
        model = model.strip()
        if not model or len(model) > _LONGEST_NAME or not model.isprintable():
            raise InvalidInput("Name the model, as its server calls it.", field="model")
        accepted = accept_load_options(source, options or {})
        self._forget_old()
        for job in self.of(connection):
            if job.state == "running" and job.model == model:
                if job.deed == deed:
                    return job
                raise Conflict(
                    f"Something else is being done with {model!r} at this server: wait until it "
                    "is done, or stop it first.",
                    newer=job,
                )
        if len(self._here) >= _MOST:
            raise Busy(
                f"Tapster has {_MOST} servers work on models already: wait until one is done, or "
                "stop one."
            )
        now = self._clock()
        job = ModelJob(
            id=self._new_id(), connection=connection.id, deed=deed, model=model, started_at=now
        )
        silence = max(self._silence, connection.timeouts.idle)
        work = self._here[job.id] = _Work(job, now=time.monotonic(), silence=silence)
        self._tell(work, job)
        work.pump = asyncio.create_task(self._pump(work, connection, accepted))
        task = asyncio.create_task(self._tend(work, connection))
        self._tending.add(task)
        task.add_done_callback(self._tending.discard)
        return job

    def get(self, job_id: str) -> ModelJob:
        """Return the job as it is now, or raise `NotFound`."""
        self._forget_old()
        if known := self._known.get(job_id):
            return known[0]
        raise _no_such_job()

    async def follow(self, job_id: str) -> AsyncGenerator[ModelJob, None]:
        """Yield the job as it is and each time it is further, the last time at its end."""
        while True:
            work = self._here.get(job_id)
            changed = work.changed if work else None
            job = self.get(job_id)
            yield job
            if job.state != "running":
                return
            if changed is None:
                await asyncio.sleep(_LOOK_EVERY)
            else:
                await changed.wait()

    async def stop(self, job_id: str, *, of: Connection | None = None) -> ModelJob:
        """Have a job stop, wherever it is tended, and return it as it is then.

        Where it is not one `of` this connection, there is none: `NotFound`.
        """
        job = self.get(job_id)
        if of is not None and job.connection != of.id:
            raise _no_such_job()
        if work := self._here.get(job_id):
            self._stop(work)
        elif job.state == "running":
            self._newsroom.tell(None, ModelJobUnwanted(job_id))
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_CALL):
                async for _ in self.follow(job_id):
                    pass
        return self.get(job_id)

    def _stop(self, work: _Work) -> None:
        work.is_unwanted = True
        work.pump.cancel()

    async def _tend(self, work: _Work, connection: Connection) -> None:
        while not work.pump.done():
            await asyncio.wait({work.pump}, timeout=_LOOK_EVERY)
            now = time.monotonic()
            told, at = self._known[work.job.id]
            if work.pump.done():
                break
            if told != work.job or now - at > _SIGN_OF_LIFE:
                self._tell(work, work.job)
            if now - work.moved_at > work.silence and not work.is_silent:
                work.is_silent = True
                work.pump.cancel()
        state, message = await self._end_of(work, connection)
        ended = structs.replace(work.job, state=state, message=message, ended_at=self._clock())
        del self._here[work.job.id]
        self._tell(work, ended)

    async def _pump(self, work: _Work, connection: Connection, options: Mapping[str, Any]) -> None:
        job = work.job
        doing = self._relay.served.do(connection, job.deed, job.model, options)
        async with aclosing(doing) as steps:
            async for progress in steps:
                self._move(work, progress)

    def _move(self, work: _Work, progress: Progress) -> None:
        if progress != work.job.progress:
            work.moved_at = time.monotonic()
            work.job = structs.replace(work.job, progress=progress)

    async def _end_of(self, work: _Work, connection: Connection) -> tuple[JobState, str | None]:
        """Return how a job whose pump has ended came to its end, and what to say of that."""
        job, pump = work.job, work.pump
        if pump.cancelled() and work.is_unwanted:
            return "stopped", None if await self._undone(connection, job) else _GOES_ON
        if pump.cancelled() and work.is_silent:
            minutes = max(1, round(work.silence / 60))
            return "failed", (
                f"The server was no further for so long ({minutes} min) that it is not watched any "
                "longer. It may still go on: look at its list in a while."
            )
        if pump.cancelled():
            return "failed", _CLOSED
        if error := pump.exception():
            if isinstance(error, TapsterError):
                return "failed", error.message
            _log.error("A job at a server failed", exc_info=error)
            return "failed", "Tapster itself failed at this. Its log says more."
        # What can be chosen may be another now. That it is not known at once is no failure.
        with suppress(TapsterError, TimeoutError):
            async with asyncio.timeout(_LAST_CALL):
                await self._relay.shelf.models(connection, refresh=True)
        return "done", None

    async def _undone(self, connection: Connection, job: ModelJob) -> bool:
        """Have the server give up; whether it did, as far as is known."""
        try:
            async with asyncio.timeout(_LAST_CALL):
                return await self._relay.served.undo(connection, job.deed, job.model)
        except (TapsterError, TimeoutError):
            return False

    def _tell(self, work: _Work, job: ModelJob) -> None:
        work.job = job
        self._known[job.id] = job, time.monotonic()
        changed, work.changed = work.changed, asyncio.Event()
        changed.set()
        self._newsroom.tell(None, ModelJobChanged(job))

    async def _hear(self) -> None:
        """Know of what others tend, and stop here what nobody wants any more."""
        async with aclosing(self._newsroom.overheard()) as overheard:
            async for news in overheard:
                for each in news:
                    match each:
                        case ModelJobChanged(job=job) if self._is_news(job):
                            self._known[job.id] = job, time.monotonic()
                        case ModelJobUnwanted(job_id=job_id) if work := self._here.get(job_id):
                            self._stop(work)

    def _is_news(self, job: ModelJob) -> bool:
        """Whether `job` is another's, and not one that is known to have ended."""
        before = self._known.get(job.id)
        return job.id not in self._here and (before is None or before[0].state == "running")

    def _forget_old(self) -> None:
        """Forget what ended long ago, and what another process tended that is gone."""
        now, clock = time.monotonic(), self._clock()
        for job, at in tuple(self._known.values()):
            is_gone = job.state == "running" and job.id not in self._here and now - at > _GONE_AFTER
            if is_gone or (job.ended_at is not None and clock - job.ended_at > _KEPT_FOR):
                del self._known[job.id]
        ended = [job for job, _ in self._known.values() if job.state != "running"]
        for job in ended[: max(0, len(ended) - _MOST_KEPT)]:
            del self._known[job.id]


def _no_such_job() -> NotFound:
    return NotFound("There is no such job, or it ended some time ago.")
