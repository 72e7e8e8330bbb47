"""The shape of a chat's tree, without the words in it."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ARRAY, ColumnElement, String, any_, func, literal, select

from tapster.core.chats import Opening
from tapster.store.chat_tables import messages
from tapster.store.first_words import first_words
from tapster.store.transactions import Transaction

_SPEAKER = (messages.c.role, messages.c.author, messages.c.created_at)


class Outlines:
    """Which message stands below which, of a whole chat at once."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def links(self, chat_id: str) -> Sequence[tuple[str, str | None, float]]:
        """Return each living message of a chat, what it stands below, and when it was written.

        They are in their order, oldest first.
        """
        statement = (
            select(messages.c.id, messages.c.parent_id, messages.c.created_at)
            .where(messages.c.chat_id == chat_id, messages.c.deleted_at.is_(None))
            .order_by(messages.c.number)
        )
        links: Sequence[Any] = await self._transaction.fetch(statement)
        return links

    async def openings(self, ids: Sequence[str], *, most: int) -> dict[str, Opening]:
        """Return how these messages begin, each with at most `most` signs."""
        text = first_words(self._transaction, most)
        statement = select(messages.c.id, *_SPEAKER, text).where(self._is_one_of(ids))
        rows: Sequence[Any] = await self._transaction.fetch(statement)
        return {own: Opening(*opening) for own, *opening in rows}

    def _is_one_of(self, ids: Sequence[str]) -> ColumnElement[bool]:
        # All in one value: of thousands, each as its own would take longer to say than to find.
        if self._transaction.is_sqlite:
            told = func.json_each(msgspec.json.encode(ids).decode()).table_valued("value")
            return messages.c.id.in_(select(told.c.value))
        return messages.c.id == any_(literal(list(ids), ARRAY(String)))
