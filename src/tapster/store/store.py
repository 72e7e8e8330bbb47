"""The store: one database, opened once, used in short transactions."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, Self, TypeVar

from sqlalchemy import Connection as Wire
from sqlalchemy import Engine, select, update
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.util import greenlet_spawn

from tapster.core.errors import StoreError
from tapster.core.news import News
from tapster.store.addresses import is_sqlite, read_address, shown
from tapster.store.engines import WRITES, checkpoint, open_engine
from tapster.store.failures import explain
from tapster.store.rows import Rows
from tapster.store.schema import prepare_schema
from tapster.store.tables import changes
from tapster.store.transactions import Transaction

T = TypeVar("T")

# Seconds a transaction waits for the others of this process. Only tasks that wait for each
# other inside their transactions take this long.
_TURN = 30.0


class Store:
    """A database of Tapster's own, on SQLite or PostgreSQL."""

    def __init__(self, engine: Engine, url: URL) -> None:
        self._engine = engine
        self._place = shown(url)
        # SQLite has one writer at a time: waiting here costs no polling and is fair.
        self._turn = asyncio.Lock() if is_sqlite(url) else None
        self._open: dict[asyncio.Task[Any] | None, Transaction] = {}
        self._commits = 0
        self._tell: Callable[[str | None, News], None] | None = None

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        patience: float = 5.0,
        before_migration: Callable[[str], None] | None = None,
    ) -> Self:
        """Open the database at `url` and bring its schema up to date.

        `patience` is how many seconds to wait for another program's lock, or for a server.
        `before_migration` is told the older schema before it is changed, and may refuse.
        Raises `InvalidInput` for an address we do not understand, `StoreError` for a database
        that cannot be used.
        """
        address = read_address(url)
        place = shown(address)
        try:
            engine = open_engine(address, patience=patience)
        except (SQLAlchemyError, sqlite3.Error, ImportError, OSError) as error:
            raise explain(error, place) from error
        try:
            await greenlet_spawn(
                partial(prepare_schema, before_migration=before_migration), engine, place
            )
        except BaseException as error:
            await greenlet_spawn(engine.dispose)
            if isinstance(error, SQLAlchemyError | OSError | UnicodeDecodeError):
                raise explain(error, place) from error
            raise
        return cls(engine, address)

    def tell(self, listener: Callable[[str | None, News], None]) -> None:
        """Have `listener` told what this store keeps, once it is kept, and to whom it belongs.

        `None` is everybody. The listener neither waits nor fails.
        """
        self._tell = listener

    async def close(self) -> None:
        """Close every connection to the database."""
        await greenlet_spawn(self._engine.dispose)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Rows]:
        """Open a transaction: committed at the end, rolled back if anything is raised.

        A `begin` of the same task inside joins the transaction around it: it is undone alone
        when it raises, and committed only with the outer one. Do not wait for the network
        inside, and do not hand `rows` to another task.
        """
        outer = self._open.get(asyncio.current_task())
        if outer is not None:
            async with outer.savepoint():
                yield Rows(outer)
            return
        async with self._own_turn(), self._transaction(writes=True) as transaction:
            task = asyncio.current_task()
            self._open[task] = transaction
            try:
                yield Rows(transaction)
            finally:
                del self._open[task]

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Rows]:
        """Open a transaction that only reads: it waits for nobody and sees one moment.

        Inside a `begin` of the same task it sees what that one has written so far.
        """
        outer = self._open.get(asyncio.current_task())
        if outer is not None:
            yield Rows(outer)
            return
        async with self._transaction(writes=False) as transaction:
            yield Rows(transaction)

    async def version_stamp(self) -> int:
        """Return a number that grows whenever any process commits a change.

        The times noted by `mark_worked` and `mark_used` do not count as changes, nor does what
        happens in chats: it is told to those who look at them.
        """
        async with self._transaction(writes=False) as transaction:
            found = await transaction.fetch(select(changes.c.counter))
            return int(found[0].counter)

    @property
    def commits(self) -> int:
        """How many changes this store itself committed: a cache of this process compares it."""
        return self._commits

    @property
    def in_transaction(self) -> bool:
        """Whether the running task is inside a `begin`, so that its changes are not kept yet."""
        return asyncio.current_task() in self._open

    async def make_durable(self) -> bool:
        """Force what is committed onto the disk, and say whether that worked.

        SQLite commits survive a killed process at once, a power cut only after this; it also
        empties the journal of what was replaced. PostgreSQL is durable at each commit.
        """
        if self._turn is None:
            return True
        return await self._spawn(lambda: checkpoint(self._engine))

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Keep the other writers of this process waiting, on SQLite, while a thread writes."""
        async with self._own_turn():
            yield

    @asynccontextmanager
    async def _own_turn(self) -> AsyncIterator[None]:
        if self._turn is None:
            yield
            return
        try:
            async with asyncio.timeout(_TURN):
                await self._turn.acquire()
        except TimeoutError:
            raise StoreError(
                f"The database {self._place} has been busy for {_TURN:.0f} seconds: try again, "
                "and restart Tapster if this stays so."
            ) from None
        try:
            yield
        finally:
            self._turn.release()

    @asynccontextmanager
    async def _transaction(self, *, writes: bool) -> AsyncIterator[Transaction]:
        wire = await self._reach(writes=writes)
        transaction = Transaction(wire, place=self._place)
        kept = False
        try:
            yield transaction
            kept = True
        finally:
            await _to_the_end(self._end(wire, transaction, commit=kept))

    async def _reach(self, *, writes: bool) -> Wire:
        # A driver cancelled while it connects leaves the connection open behind it.
        task = asyncio.ensure_future(self._spawn(lambda: self._connect(writes=writes)))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await _ended(task)
            if not task.cancelled() and task.exception() is None:
                await _to_the_end(greenlet_spawn(task.result().close))
            raise

    def _connect(self, *, writes: bool) -> Wire:
        wire = self._engine.connect().execution_options(**{WRITES: writes})
        try:
            wire.begin()
        except BaseException:
            wire.close()
            raise
        return wire

    async def _end(self, wire: Wire, transaction: Transaction, *, commit: bool) -> None:
        told = await self._spawn(lambda: self._finish(wire, transaction, commit=commit))
        for owner, news in told:
            if self._tell is not None:
                self._tell(owner, news)

    def _finish(
        self, wire: Wire, transaction: Transaction, *, commit: bool
    ) -> list[tuple[str | None, News]]:
        try:
            if not commit:
                return []
            told = list(transaction.notes.read(wire)) if self._tell is not None else []
            if transaction.changed:
                wire.execute(update(changes).values(counter=changes.c.counter + 1))
            wire.commit()
            self._commits += transaction.changed
            return told
        finally:
            wire.close()

    async def _spawn(self, work: Callable[[], T]) -> T:
        try:
            return await greenlet_spawn(work)
        except (SQLAlchemyError, OSError, UnicodeDecodeError) as error:
            raise explain(error, self._place) from error


async def _to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Wait for `work` even when cancelled meanwhile: a half-finished commit is no state."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await _ended(task)
        raise


async def _ended(task: asyncio.Future[Any]) -> None:
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait({task})
