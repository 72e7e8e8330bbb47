"""Chats as rows."""

from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    delete,
    false,
    func,
    insert,
    literal,
    select,
    true,
    tuple_,
    update,
)

from tapster.core.chats import Chat, ChatListed, ChatPage
from tapster.core.errors import Conflict, InvalidInput, NotFound
from tapster.core.news import ChatChanged
from tapster.core.words import fold
from tapster.store.chat_tables import ON_ITS_WAY_TO, chats, messages
from tapster.store.first_words import first_words
from tapster.store.structs import from_row, to_columns
from tapster.store.transactions import Transaction
from tapster.store.word_index import WordIndex

MOST_COUNTED = 200
"""How far the messages of a chat are counted in a list: each has to be looked at."""

_LONGEST = 120
# Of a text with many spaces more has to be read to have so many signs on one line.
_READ = 4 * _LONGEST


class Chats:
    """Chats, pinned ones first, then by their last change. What changes here wakes nobody."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def by_id(self, chat_id: str, *, hold: bool = False) -> Chat | None:
        """Return the chat `chat_id`, deleted or not, if it exists.

        With `hold` others who would change the chat wait until this transaction ends.
        """
        statement = select(chats).where(chats.c.id == chat_id)
        found = await self._transaction.fetch(statement.with_for_update() if hold else statement)
        return from_row(found[0], Chat) if found else None

    async def of(
        self,
        owner: str,
        *,
        limit: int,
        after: str | None = None,
        deleted: bool = False,
        character: str | None = None,
        titled: str | None = None,
    ) -> ChatPage:
        """Return up to `limit` chats of `owner`: those that live, or those that were deleted.

        `titled` is what occurs in their titles, whatever the case and the accents.
        """
        conditions: list[ColumnElement[bool]] = [
            chats.c.owner == owner,
            chats.c.deleted_at.is_not(None) if deleted else chats.c.deleted_at.is_(None),
        ]
        if character is not None:
            conditions.append(chats.c.character == character)
        if after is not None:
            conditions.append(_after(after))
        order = (chats.c.pinned.desc(), chats.c.updated_at.desc(), chats.c.id.desc())
        if titled is not None:
            # Databases fold cases each in their own way, and accents not at all.
            wanted = fold(titled)
            every = select(chats.c.id, chats.c.title).where(*conditions).order_by(*order)
            titles: Any = await self._transaction.fetch(every)
            fits = (own for own, title in titles if wanted in fold(title))
            conditions = [chats.c.id.in_(list(islice(fits, limit + 1)))]
        statement = (
            select(chats, _counted(), self._preview())
            .outerjoin(messages, messages.c.id == chats.c.head)
            .where(*conditions)
            .order_by(*order)
            .limit(limit + 1)
        )
        rows = await self._transaction.fetch(statement)
        found = tuple(_listed(row) for row in rows[:limit])
        return ChatPage(chats=found, next=_place_of(found[-1]) if len(rows) > limit else None)

    def _preview(self) -> ColumnElement[str]:
        return first_words(self._transaction, _READ).label("preview")

    async def add(self, chat: Chat) -> None:
        """Keep a new chat."""
        await self._transaction.write(insert(chats).values(to_columns(chat)), notable=False)
        self._transaction.notes.chat(chat.id)

    async def write(self, chat: Chat) -> Chat:
        """Keep a changed chat and return it with its next version.

        Raises `Conflict` with the newer chat when it was changed since this version was read.
        """
        newer = msgspec.structs.replace(chat, version=chat.version + 1)
        statement = update(chats).where(chats.c.id == chat.id, chats.c.version == chat.version)
        if await self._transaction.write(statement.values(to_columns(newer)), notable=False):
            self._transaction.notes.chat(chat.id)
            return newer
        found = await self.by_id(chat.id)
        if found is None:
            raise NotFound("There is no such chat.")
        raise Conflict(
            "The chat was changed elsewhere in the meantime: look at it again and repeat your "
            "change.",
            newer=found,
        )

    async def place_head(self, chat_id: str, head: str | None, *, at: float | None = None) -> None:
        """Move the head of a chat, and its time of last change where `at` is given.

        This is no new version: it changes what is shown, not what was set.
        """
        values: dict[str, Any] = {"head": head} if at is None else {"head": head, "updated_at": at}
        statement = update(chats).where(chats.c.id == chat_id).values(values)
        await self._transaction.write(statement, notable=False)
        self._transaction.notes.chat(chat_id)

    async def title_by_opening(self, chat_id: str, title: str) -> None:
        """Title a chat nobody titled yet by how it began. This is no new version."""
        statement = update(chats).where(chats.c.id == chat_id, chats.c.titled_by == "nobody")
        await self._transaction.write(
            statement.values(title=title, titled_by="opening"), notable=False
        )
        self._transaction.notes.chat(chat_id)

    async def count_of(self, owner: str) -> int:
        """Return how many chats `owner` has, deleted ones as well."""
        statement = select(func.count()).where(chats.c.owner == owner)
        (found,) = await self._transaction.fetch(statement)
        return int(found[0])

    async def remove_of(self, owner: str) -> None:
        """Remove every chat of `owner`, also those on their way in, with all in them, for good."""
        theirs = chats.c.owner.in_((owner, f"{ON_ITS_WAY_TO}{owner}"))
        statement = select(chats.c.id).where(theirs).with_for_update()
        for row in await self._transaction.fetch(statement):
            await self.remove(row.id)

    async def remove(self, chat_id: str) -> None:
        """Remove a chat and all that belongs to it, for good."""
        await WordIndex(self._transaction).forget(chat_id)
        gone = await self.by_id(chat_id)
        await self._transaction.write(delete(chats).where(chats.c.id == chat_id), notable=False)
        if gone is not None:
            news = ChatChanged(gone.id, gone.version, None, deleted=True)
            self._transaction.notes.tell(news, to=gone.owner)


def _counted() -> ColumnElement[int]:
    """Return how many living messages a chat has, counted no further than is worth it."""
    own = messages.alias("counted")
    some = select(literal(1).label("one")).where(
        own.c.chat_id == chats.c.id, own.c.deleted_at.is_(None)
    )
    inner = some.limit(MOST_COUNTED).correlate(chats).subquery()
    return select(func.count()).select_from(inner).scalar_subquery().label("messages")


def _listed(row: Any) -> ChatListed:
    listed = from_row(row, ChatListed)
    return msgspec.structs.replace(listed, preview=" ".join(listed.preview.split())[:_LONGEST])


def _place_of(chat: Chat) -> str:
    return f"{int(chat.pinned)}:{chat.updated_at!r}:{chat.id}"


def _after(place: str) -> ColumnElement[bool]:
    pinned, _, rest = place.partition(":")
    at, _, chat_id = rest.partition(":")
    try:
        updated_at = float(at)
    except ValueError:
        raise InvalidInput(
            "`after` is what an earlier page of this list gave as `next`, untouched.",
            field="after",
        ) from None
    older = tuple_(chats.c.updated_at, chats.c.id) < tuple_(updated_at, chat_id)
    if pinned == "1":
        return (chats.c.pinned == false()) | older
    return (chats.c.pinned != true()) & older
