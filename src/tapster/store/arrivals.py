"""Chats on their way in, kept piece by piece: as long as they are, they are nobody's.

All that is shown is asked for by its owner, so nobody is shown half a chat. Its words are indexed
as those of the person it will belong to.
"""

import msgspec
from sqlalchemy import delete, insert, select, update

from tapster.core.chats import Chat
from tapster.core.errors import Conflict
from tapster.store.chat_tables import ON_ITS_WAY_TO, chats, messages
from tapster.store.people_tables import people
from tapster.store.structs import from_row, to_columns
from tapster.store.transactions import Transaction
from tapster.store.word_index import WordIndex

_ON_THEIR_WAY = chats.c.owner.startswith(ON_ITS_WAY_TO)
_GIVEN_UP = (
    "The import stood still for too long, or the account it was meant for was removed. "
    "Nothing was imported."
)


class Arrivals:
    """The chats that are being brought in. Each transaction that adds to one goes on with it."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def begin(self, chat: Chat, *, at: float) -> None:
        """Keep a chat of which nothing is there yet."""
        begun = msgspec.structs.replace(chat, owner=f"{ON_ITS_WAY_TO}{chat.owner}", updated_at=at)
        await self._transaction.write(insert(chats).values(to_columns(begun)), notable=False)

    async def go_on(self, chat: Chat, *, at: float) -> None:
        """Note that a chat is still being brought in. Raises `Conflict` when it was given up."""
        await self._set(chat, updated_at=at)

    async def end(self, chat: Chat) -> None:
        """Give a chat that is there as a whole to its owner. Raises `Conflict` as above, and when
        the account is gone; until this transaction ends it cannot be removed.
        """
        person = select(people.c.id).where(people.c.id == chat.owner)
        if not await self._transaction.fetch(person.with_for_update(read=True, key_share=True)):
            raise Conflict(_GIVEN_UP)
        await self._set(chat, owner=chat.owner, updated_at=chat.updated_at)
        self._transaction.notes.chat(chat.id)

    async def forsaken(self, *, since: float) -> tuple[Chat, ...]:
        """Return the chats nobody went on with since then: from here on, nobody can any more.

        They have the owners they were meant for.
        """
        left = update(chats).where(_ON_THEIR_WAY, chats.c.updated_at < since)
        await self._transaction.write(left.values(deleted_at=since), notable=False)
        given_up = select(chats).where(_ON_THEIR_WAY, chats.c.deleted_at.is_not(None))
        found = [from_row(row, Chat) for row in await self._transaction.fetch(given_up)]
        return tuple(
            msgspec.structs.replace(each, owner=each.owner.removeprefix(ON_ITS_WAY_TO))
            for each in found
        )

    async def remove_some(self, chat_id: str, *, most: int) -> bool:
        """Remove up to `most` messages of a chat on its way in; when none is left, the chat itself.

        Returns whether nothing of it is on its way any more. What came to its owner all the same,
        as when only the answer to the last commit was lost, stays as it is.
        """
        on_its_way = select(chats.c.id).where(chats.c.id == chat_id, _ON_THEIR_WAY)
        if not await self._transaction.fetch(on_its_way.with_for_update()):
            return True
        some = select(messages.c.number).where(messages.c.chat_id == chat_id).limit(most)
        numbers = [row.number for row in await self._transaction.fetch(some)]
        if numbers:
            await WordIndex(self._transaction).drop(numbers)
            gone = delete(messages).where(messages.c.number.in_(numbers))
            await self._transaction.write(gone, notable=False)
            return False
        await self._transaction.write(delete(chats).where(chats.c.id == chat_id), notable=False)
        return True

    async def _set(self, chat: Chat, **values: object) -> None:
        found = update(chats).where(
            chats.c.id == chat.id, _ON_THEIR_WAY, chats.c.deleted_at.is_(None)
        )
        if not await self._transaction.write(found.values(values), notable=False):
            raise Conflict(_GIVEN_UP)
