"""One transaction in progress: what the rows use to read and write."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection as Wire
from sqlalchemy import Executable, Row
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.util import greenlet_spawn

from tapster.store.failures import explain
from tapster.store.notes import Notes

T = TypeVar("T")


class Transaction:
    """The open transaction of one `Store.begin()`.

    `changed` says whether anything was written that other processes should look at; `notes` are
    for whoever is told when it is kept.
    """

    def __init__(self, wire: Wire, *, place: str) -> None:
        self.changed = False
        self.notes = Notes()
        self._wire = wire
        self._place = place

    @property
    def is_sqlite(self) -> bool:
        """Whether the rows rest in a SQLite file."""
        return self._wire.dialect.name == "sqlite"

    async def fetch(self, statement: Executable) -> Sequence[Row[Any]]:
        """Return every row `statement` finds."""
        return await self._spawn(lambda: self._wire.execute(statement).all())

    async def write(self, statement: Executable, *, notable: bool = True) -> int:
        """Run `statement` and return how many rows it touched (-1: an insert may not say).

        What is not `notable` (a time of last use) does not wake other processes.
        """
        touched = await self._spawn(lambda: self._wire.execute(statement).rowcount)
        self.changed = self.changed or (notable and touched != 0)
        return touched

    async def write_returning(
        self, statement: Executable, values: Sequence[Mapping[str, Any]] = ()
    ) -> Sequence[Row[Any]]:
        """Run `statement`, which is not notable, and return the rows it returns.

        With `values` it is run once for each of them, many at a time.
        """
        return await self._spawn(lambda: self._wire.execute(statement, values or None).all())

    async def write_all(self, statement: Executable, values: Sequence[Mapping[str, Any]]) -> None:
        """Run `statement`, which is not notable, once for each of `values`."""
        if values:
            await self._spawn(lambda: self._wire.execute(statement, values))

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Undo what happens inside, and only that, when it raises."""
        point = await self._spawn(self._wire.begin_nested)
        noted = self.notes.copy()
        try:
            yield
        except BaseException:
            self.notes.become(noted)
            await self._spawn(point.rollback)
            raise
        await self._spawn(point.commit)

    async def _spawn(self, work: Callable[[], T]) -> T:
        try:
            return await greenlet_spawn(work)
        except (SQLAlchemyError, UnicodeError, OverflowError) as error:
            raise explain(error, self._place) from error
