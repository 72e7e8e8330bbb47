"""Earlier versions of messages as rows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select, update

from tapster.core.chats import Edition
from tapster.store.chat_tables import editions, messages
from tapster.store.structs import from_row, to_columns
from tapster.store.transactions import Transaction


class Editions:
    """What messages said before they were edited."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def of(self, message_id: str) -> tuple[Edition, ...]:
        """Return the earlier versions of a message, oldest first."""
        rows = await self._transaction.fetch(
            select(editions)
            .where(editions.c.message_id == message_id, editions.c.deleted_at.is_(None))
            .order_by(editions.c.number)
        )
        return tuple(from_row(row, Edition) for row in rows)

    async def of_chat(self, chat_id: str) -> dict[str, list[Edition]]:
        """Return the earlier versions of the messages of a chat, oldest first."""
        rows = await self._transaction.fetch(
            select(editions)
            .join(messages, messages.c.id == editions.c.message_id)
            .where(messages.c.chat_id == chat_id, editions.c.deleted_at.is_(None))
            .order_by(editions.c.number)
        )
        found: dict[str, list[Edition]] = {}
        for row in rows:
            found.setdefault(row.message_id, []).append(from_row(row, Edition))
        return found

    async def by_id(self, edition_id: str) -> Edition | None:
        """Return the edition `edition_id`, if it exists."""
        statement = select(editions).where(editions.c.id == edition_id)
        found = await self._transaction.fetch(statement)
        return from_row(found[0], Edition) if found else None

    async def add(self, edition: Edition) -> Edition:
        """Keep what a message said, and return it with its number."""
        columns = to_columns(edition)
        if not edition.number:
            del columns["number"]
        statement = insert(editions).values(columns).returning(editions)
        rows = await self._transaction.write_returning(statement)
        return from_row(rows[0], Edition)

    async def add_all(self, new: Sequence[Edition]) -> None:
        """Keep what messages said, in this order."""
        columns = [to_columns(edition) for edition in new]
        for each in columns:
            del each["number"]
        await self._transaction.write_all(insert(editions), columns)

    async def patch(self, ids: Sequence[str], values: dict[str, Any]) -> None:
        """Set some fields of some editions."""
        statement = update(editions).where(editions.c.id.in_(ids)).values(values)
        await self._transaction.write(statement, notable=False)
