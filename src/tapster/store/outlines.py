"""The shape of a chat's tree, without the words in it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from tapster.core.chats import Opening
from tapster.store.chat_tables import messages
from tapster.store.first_words import first_words
from tapster.store.transactions import Transaction

# How many ids one statement may name.
_AT_ONCE = 2_000

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
        found: dict[str, Opening] = {}
        for at in range(0, len(ids), _AT_ONCE):
            some = messages.c.id.in_(ids[at : at + _AT_ONCE])
            statement = select(messages.c.id, *_SPEAKER, text).where(some)
            rows: Sequence[Any] = await self._transaction.fetch(statement)
            for row in rows:
                found[row[0]] = Opening(*row[1:])
        return found
