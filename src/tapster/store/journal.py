"""The journal of each chat as rows: what was changed, so that it can be changed back."""

import msgspec
from sqlalchemy import ColumnElement, delete, insert, select, update

from tapster.core.chats import Change, Patch
from tapster.store.chat_tables import journal
from tapster.store.structs import from_row, to_columns
from tapster.store.transactions import Transaction

MOST_KEPT = 500
"""How many changes of a chat can be undone; older ones are forgotten, not what they changed."""

# The oldest are dropped some at a time.
_DROP_EVERY = 32

_COLUMNS = tuple(journal.c[name] for name in Change.__struct_fields__)


class Journal:
    """What was changed in chats."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, change: Change, patches: tuple[Patch, ...]) -> Change:
        """Keep a change. What was undone before can no longer be redone."""
        columns = to_columns(change) | {"patches": msgspec.to_builtins(patches)}
        del columns["number"]
        statement = insert(journal).values(columns).returning(journal.c.number)
        number = (await self._transaction.write_returning(statement))[0].number
        if number % _DROP_EVERY == 0:
            await self._drop_oldest(change.chat_id)
        self._transaction.notes.chat(change.chat_id)
        return msgspec.structs.replace(change, number=number)

    async def of(self, chat_id: str, *, limit: int) -> tuple[Change, ...]:
        """Return the newest changes of a chat, newest first."""
        rows = await self._transaction.fetch(
            select(*_COLUMNS)
            .where(journal.c.chat_id == chat_id)
            .order_by(journal.c.number.desc())
            .limit(limit)
        )
        found = []
        superseded = False
        for row in rows:
            change = from_row(row, Change)
            superseded = superseded or change.state == "done"
            if superseded and change.state == "undone":
                change = msgspec.structs.replace(change, state="dropped")
            found.append(change)
        return tuple(found)

    async def last_done(self, chat_id: str) -> Change | None:
        """Return the change to undo next."""
        done = (journal.c.chat_id == chat_id, journal.c.state == "done")
        return await self._first(*done, order=journal.c.number.desc())

    async def first_undone(self, chat_id: str) -> Change | None:
        """Return the change to redo next: the first one undone that nothing was done after."""
        last = await self.last_done(chat_id)
        return await self._first(
            journal.c.chat_id == chat_id,
            journal.c.state == "undone",
            journal.c.number > (last.number if last else 0),
            order=journal.c.number.asc(),
        )

    async def drop_undone_before(self, change: Change) -> None:
        """Let nothing be redone that was undone before `change` was made."""
        statement = update(journal).where(
            journal.c.chat_id == change.chat_id,
            journal.c.state == "undone",
            journal.c.number < change.number,
        )
        await self._transaction.write(statement.values(state="dropped"), notable=False)

    async def patches_of(self, number: int) -> tuple[Patch, ...]:
        """Return what the change `number` did."""
        statement = select(journal.c.patches).where(journal.c.number == number)
        rows = await self._transaction.fetch(statement)
        return msgspec.convert(rows[0].patches, tuple[Patch, ...])

    async def edits_of(
        self, chat_id: str, message_id: str
    ) -> tuple[tuple[int, tuple[Patch, ...]], ...]:
        """Return the number of each step that edited a message, and what it did."""
        statement = select(journal.c.number, journal.c.patches).where(
            journal.c.chat_id == chat_id,
            journal.c.kind == "edit",
            journal.c.subject == message_id,
        )
        rows = await self._transaction.fetch(statement)
        return tuple((row.number, msgspec.convert(row.patches, tuple[Patch, ...])) for row in rows)

    async def rewrite(self, number: int, patches: tuple[Patch, ...]) -> None:
        """Let the change `number` have done something else."""
        statement = update(journal).where(journal.c.number == number)
        await self._transaction.write(
            statement.values(patches=msgspec.to_builtins(patches)), notable=False
        )

    async def mark(self, change: Change) -> None:
        """Keep the state of a change."""
        statement = update(journal).where(journal.c.number == change.number)
        await self._transaction.write(statement.values(state=change.state), notable=False)
        self._transaction.notes.chat(change.chat_id)

    async def _first(
        self, *conditions: ColumnElement[bool], order: ColumnElement[int]
    ) -> Change | None:
        statement = select(*_COLUMNS).where(*conditions).order_by(order).limit(1)
        rows = await self._transaction.fetch(statement)
        return from_row(rows[0], Change) if rows else None

    async def _drop_oldest(self, chat_id: str) -> None:
        oldest = (
            select(journal.c.number)
            .where(journal.c.chat_id == chat_id)
            .order_by(journal.c.number.desc())
            .offset(MOST_KEPT)
            .limit(1)
        )
        for row in await self._transaction.fetch(oldest):
            statement = delete(journal).where(
                journal.c.chat_id == chat_id, journal.c.number <= row.number
            )
            await self._transaction.write(statement, notable=False)
