"""Runs, and what they wrote so far, as rows."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from tapster.core.errors import NotFound
from tapster.core.news import RunBegan, RunEnded
from tapster.core.runs import Run, RunPiece
from tapster.store.run_tables import run_pieces, runs
from tapster.store.structs import from_row, to_columns
from tapster.store.transactions import Transaction

_RUNNING = runs.c.state == "running"


class Running(NamedTuple):
    """How many runs are running for a person, and in one chat."""

    of_owner: int
    in_chat: int


class RunRows:
    """Runs and their pieces. None of it counts as a change that other processes must look at."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, run: Run) -> None:
        """Keep a new run. Raises `Conflict` when its target is being continued already."""
        await self._write(insert(runs).values(to_columns(run)))
        news = RunBegan(run.id, run.chat_id, run.kind, run.target_id if _goes_on(run) else None)
        self._transaction.notes.tell(news, to=run.owner)

    async def of_owner(self, owner: str, run_id: str) -> Run:
        """Return the run. Raises `NotFound` for another's as for what never was."""
        found = await self._find(runs.c.id == run_id, runs.c.owner == owner)
        if not found:
            raise NotFound("There is no such run: its chat may have been deleted for good.")
        return found[0]

    async def by_id(self, run_id: str) -> Run | None:
        """Return the run `run_id`, if it exists."""
        found = await self._find(runs.c.id == run_id)
        return found[0] if found else None

    async def running_in(self, chat_id: str) -> tuple[Run, ...]:
        """Return what is running in a chat, oldest first."""
        return await self._find(_RUNNING, runs.c.chat_id == chat_id)

    async def answering(self, chat_id: str, message_id: str) -> Run | None:
        """Return the run that was begun when the message was said, if one was."""
        found = await self._find(
            runs.c.chat_id == chat_id, runs.c.parent_id == message_id, runs.c.kind == "say"
        )
        return found[0] if found else None

    async def last_answering(self, chat_id: str, message_id: str) -> Run | None:
        """Return the run that answers, or answered, the message last, if one ever did."""
        answers = runs.c.kind.in_(("say", "swipe", "regenerate"))
        found = await self._find(runs.c.chat_id == chat_id, runs.c.parent_id == message_id, answers)
        return found[-1] if found else None

    async def running_of(self, owner: str) -> tuple[Run, ...]:
        """Return what is running for a person, oldest first."""
        return await self._find(_RUNNING, runs.c.owner == owner)

    async def continuing(self, target_id: str) -> Run | None:
        """Return the run that is continuing the message `target_id`, if there is one."""
        found = await self._find(_RUNNING, runs.c.kind == "continue", runs.c.target_id == target_id)
        return found[0] if found else None

    async def count_running(self, owner: str, chat_id: str) -> Running:
        """Return how many runs are running for `owner`, and how many of them in one chat."""
        in_chat = func.count(case((runs.c.chat_id == chat_id, 1)))
        found: Any = await self._transaction.fetch(
            select(func.count(), in_chat).where(_RUNNING, runs.c.owner == owner)
        )
        return Running(*found[0])

    async def replace(self, run: Run) -> None:
        """Keep the run as it is now."""
        await self._write(update(runs).where(runs.c.id == run.id).values(to_columns(run)))
        if run.state == "running":
            return
        if run.adds_message or _goes_on(run):
            self._transaction.notes.chat(run.chat_id)
        ended = RunEnded(run.id, run.chat_id, run.state)
        self._transaction.notes.tell(ended, to=run.owner)

    async def note_message(self, run_id: str, message_id: str) -> None:
        """Keep which message the run writes."""
        await self._write(update(runs).where(runs.c.id == run_id).values(message_id=message_id))

    async def ask_to_stop(self, run_id: str) -> None:
        """Note that somebody wants the run to stop."""
        await self._write(update(runs).where(runs.c.id == run_id, _RUNNING).values(stop_asked=True))

    async def hold(self, run_ids: Collection[str], *, worker: str, boot: str) -> set[str]:
        """Return which of `run_ids` still belong to this process, and keep it so until the end
        of the transaction.
        """
        statement = (
            select(runs.c.id)
            .where(runs.c.id.in_(run_ids), _RUNNING, _of(worker, boot))
            .order_by(runs.c.id)
            .with_for_update()
        )
        return {row.id for row in await self._transaction.fetch(statement)}

    async def renew(
        self, run_ids: Collection[str], *, worker: str, boot: str, until: float
    ) -> None:
        """Renew the lease of these runs, as far as they belong to this process."""
        mine = (runs.c.id.in_(run_ids), _RUNNING, _of(worker, boot))
        await self._write(update(runs).where(*mine).values(lease_until=until))

    async def asked_to_stop(self, *, worker: str, boot: str) -> tuple[str, ...]:
        """Return the ids of this process's runs that somebody wants to stop."""
        rows = await self._transaction.fetch(
            select(runs.c.id).where(_RUNNING, _of(worker, boot), runs.c.stop_asked)
        )
        return tuple(row.id for row in rows)

    async def boots_of(self, worker: str | None = None) -> frozenset[str]:
        """Return the processes, called `worker` or anything, that have runs which run."""
        called = () if worker is None else (runs.c.worker == worker,)
        rows = await self._transaction.fetch(
            select(runs.c.boot).where(_RUNNING, *called).distinct()
        )
        return frozenset(row.boot for row in rows)

    async def abandoned(self, *, now: float, ended: Collection[str] = ()) -> tuple[Run, ...]:
        """Return the runs nobody runs any more: their lease is over, or their process `ended`."""
        return await self._find(_RUNNING, _abandoned(now, ended))

    async def claim(self, run_id: str, *, now: float, ended: Collection[str] = ()) -> Run | None:
        """Return the run if it is still abandoned, held until the transaction ends."""
        found = await self._find(runs.c.id == run_id, _RUNNING, _abandoned(now, ended), held=True)
        return found[0] if found else None

    async def pieces(self, run_id: str, *, after: int = 0, limit: int = 64) -> tuple[RunPiece, ...]:
        """Return the next pieces with events after number `after`, in order."""
        rows = await self._transaction.fetch(
            select(run_pieces)
            .where(run_pieces.c.run_id == run_id, run_pieces.c.last > after)
            .order_by(run_pieces.c.first)
            .limit(limit)
        )
        return tuple(from_row(row, RunPiece) for row in rows)

    async def last_saved(self, run_ids: Collection[str]) -> dict[str, int]:
        """Return the number of the last saved event of each run that has any."""
        rows: Any = await self._transaction.fetch(
            select(run_pieces.c.run_id, func.max(run_pieces.c.last))
            .where(run_pieces.c.run_id.in_(run_ids))
            .group_by(run_pieces.c.run_id)
        )
        return dict(rows)

    async def add_pieces(self, pieces: Sequence[RunPiece]) -> None:
        """Keep new pieces."""
        await self._transaction.write_all(
            insert(run_pieces), [to_columns(piece) for piece in pieces]
        )

    async def prune(self, *, ended_before: float, limit: int = 500) -> int:
        """Forget the pieces of runs that ended long ago, some at a time; return how many runs."""
        statement = (
            select(run_pieces.c.run_id)
            .distinct()
            .join(runs, runs.c.id == run_pieces.c.run_id)
            .where(run_pieces.c.saved_at < ended_before, ~_RUNNING, runs.c.ended_at < ended_before)
            .limit(limit)
        )
        rows = await self._transaction.fetch(statement)
        if rows:
            done = [row.run_id for row in rows]
            await self._write(delete(run_pieces).where(run_pieces.c.run_id.in_(done)))
        return len(rows)

    async def _find(self, *conditions: ColumnElement[bool], held: bool = False) -> tuple[Run, ...]:
        statement = select(runs).where(*conditions).order_by(runs.c.started_at, runs.c.id)
        if held:
            statement = statement.with_for_update(skip_locked=True)
        return tuple(from_row(row, Run) for row in await self._transaction.fetch(statement))

    async def _write(self, statement: Any) -> None:
        await self._transaction.write(statement, notable=False)


def _goes_on(run: Run) -> bool:
    return run.kind == "continue"


def _of(worker: str, boot: str) -> ColumnElement[bool]:
    return and_(runs.c.worker == worker, runs.c.boot == boot)


def _abandoned(now: float, ended: Collection[str]) -> ColumnElement[bool]:
    return or_(runs.c.lease_until < now, runs.c.boot.in_(ended))
