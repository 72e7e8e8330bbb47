"""Messages as rows."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from tapster.core.chats import ChatMessage, Reply, attachments_of
from tapster.core.errors import Conflict, InvalidInput, NotFound
from tapster.core.messages import Part
from tapster.store.chat_tables import attachment_uses, messages
from tapster.store.structs import from_row, to_columns
from tapster.store.transactions import Transaction
from tapster.store.word_index import WordIndex

# How many ids one statement may name.
_AT_ONCE = 500


class Messages:
    """Messages by id. What changes here wakes nobody."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._words = WordIndex(transaction)

    async def by_id(self, message_id: str) -> ChatMessage | None:
        """Return the message `message_id`, deleted or not, if it exists."""
        found = await self._find(select(messages).where(messages.c.id == message_id))
        return found[0] if found else None

    async def by_ids(self, ids: Sequence[str]) -> tuple[ChatMessage, ...]:
        """Return those of these messages that exist, oldest first."""
        found: list[ChatMessage] = []
        for at in range(0, len(ids), _AT_ONCE):
            some = messages.c.id.in_(ids[at : at + _AT_ONCE])
            found += await self._find(select(messages).where(some))
        return tuple(sorted(found, key=lambda message: message.number))

    async def of(self, chat_id: str) -> tuple[ChatMessage, ...]:
        """Return every living message of a chat, oldest first."""
        statement = select(messages).where(
            messages.c.chat_id == chat_id, messages.c.deleted_at.is_(None)
        )
        return await self._find(statement.order_by(messages.c.number))

    async def count_in(self, chat_id: str) -> int:
        """Return how many living messages a chat has."""
        statement = select(func.count()).where(
            messages.c.chat_id == chat_id, messages.c.deleted_at.is_(None)
        )
        (found,) = await self._transaction.fetch(statement)
        return int(found[0])

    async def deleted(self, chat_id: str, *, limit: int) -> tuple[ChatMessage, ...]:
        """Return the deleted messages of a chat, those deleted last first."""
        statement = select(messages).where(
            messages.c.chat_id == chat_id, messages.c.deleted_at.is_not(None)
        )
        order = (messages.c.deleted_at.desc(), messages.c.number)
        return await self._find(statement.order_by(*order).limit(limit))

    async def children(self, chat_id: str, parent_id: str | None) -> tuple[ChatMessage, ...]:
        """Return the living messages right below `parent_id` (`None`: the first ones), in order."""
        statement = select(messages).where(
            messages.c.chat_id == chat_id,
            messages.c.parent_id == parent_id,
            messages.c.deleted_at.is_(None),
        )
        return await self._find(statement.order_by(messages.c.number))

    async def siblings(
        self, chat_id: str, parents: Sequence[str | None]
    ) -> dict[str | None, list[str]]:
        """Return the ids of the living messages right below each of `parents`, in order."""
        below: dict[str | None, list[str]] = {parent: [] for parent in parents}
        named = [parent for parent in parents if parent is not None]
        within: ColumnElement[bool] = messages.c.parent_id.in_(named)
        if None in below:
            within = or_(within, messages.c.parent_id.is_(None))
        rows = await self._transaction.fetch(
            select(messages.c.id, messages.c.parent_id)
            .where(messages.c.chat_id == chat_id, within, messages.c.deleted_at.is_(None))
            .order_by(messages.c.number)
        )
        for row in rows:
            below[row.parent_id].append(row.id)
        return below

    async def add(self, message: ChatMessage) -> ChatMessage:
        """Keep a new message and return it with the number it got."""
        (added,) = await self.add_all([message])
        return added

    async def add_all(self, new: Sequence[ChatMessage]) -> tuple[ChatMessage, ...]:
        """Keep new messages, in this order, and return them with their numbers."""
        if not new:
            return ()
        numbers = await self._transaction.write_returning(
            insert(messages).returning(messages.c.id, messages.c.number),
            [_columns_of(message) for message in new],
        )
        given = {row.id: row.number for row in numbers}
        added = tuple(msgspec.structs.replace(one, number=given[one.id]) for one in new)
        await self._words.add(added)
        for message in added:
            await self.note_uses(message.id, message.parts)
        return added

    async def write(self, message: ChatMessage) -> ChatMessage:
        """Keep a changed message and return it with its next version.

        Raises `Conflict` with the newer message when it was changed since this version was read.
        """
        newer = msgspec.structs.replace(message, version=message.version + 1)
        touched = await self._transaction.write(
            update(messages)
            .where(messages.c.id == message.id, messages.c.version == message.version)
            .values(_columns_of(newer)),
            notable=False,
        )
        if touched:
            await self._words.replace(newer)
            await self.note_uses(newer.id, newer.parts)
            return newer
        found = await self.by_id(message.id)
        if found is None:
            raise NotFound("There is no such message.")
        raise Conflict(
            "The message was changed elsewhere in the meantime: look at it again and repeat your "
            "change.",
            newer=found,
        )

    async def fill(
        self,
        message_id: str,
        *,
        parts: tuple[Part, ...],
        reply: Reply | None,
        run_id: str | None,
        at: float,
    ) -> ChatMessage:
        """Give a message what a run wrote, whatever became of it meanwhile, and return it."""
        found = await self.by_id(message_id)
        if found is None:
            raise NotFound("There is no such message.")
        return await self.write(
            msgspec.structs.replace(found, parts=parts, reply=reply, run_id=run_id, updated_at=at)
        )

    async def leave(self, message_id: str, leaf: str) -> None:
        """Note where the person was when the path through this message was left."""
        statement = update(messages).where(messages.c.id == message_id).values(leaf=leaf)
        await self._transaction.write(statement, notable=False)

    async def left_at(self, message_id: str) -> str | None:
        """Return what `leave` noted last."""
        statement = select(messages.c.leaf).where(messages.c.id == message_id)
        found = await self._transaction.fetch(statement)
        return found[0].leaf if found else None

    async def patch(self, ids: Sequence[str], values: dict[str, Any]) -> None:
        """Set some fields of some messages, each a new version."""
        for at in range(0, len(ids), _AT_ONCE):
            some = messages.c.id.in_(ids[at : at + _AT_ONCE])
            statement = update(messages).where(some)
            await self._transaction.write(
                statement.values(**values, version=messages.c.version + 1), notable=False
            )
        if "parts" in values:
            for message in await self.by_ids(ids):
                await self._words.replace(message)

    async def note_uses(self, message_id: str, parts: tuple[Part, ...]) -> None:
        """Note which attachments a message refers to; what it once referred to stays noted."""
        for attachment_id in attachments_of(parts):
            use = {"message_id": message_id, "attachment_id": attachment_id}
            known = select(attachment_uses).filter_by(**use)
            if await self._transaction.fetch(known):
                continue
            try:
                async with self._transaction.savepoint():
                    await self._transaction.write(
                        insert(attachment_uses).values(use), notable=False
                    )
            except Conflict as error:
                if not isinstance(error.__cause__, IntegrityError):
                    raise
                raise InvalidInput(
                    "A part refers to an attachment that does not exist: add the file first.",
                    field="parts",
                ) from None

    async def _find(self, statement: Select[Any]) -> tuple[ChatMessage, ...]:
        rows = await self._transaction.fetch(statement)
        return tuple(from_row(row, ChatMessage) for row in rows)


def _columns_of(message: ChatMessage) -> dict[str, Any]:
    columns = to_columns(message)
    if not message.number:
        del columns["number"]
    return columns
