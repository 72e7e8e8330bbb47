"""Attachments as rows, their bytes beside what is known of them."""

from sqlalchemy import ColumnElement, delete, exists, func, insert, select

from tapster.core.chats import Attachment
from tapster.store.chat_tables import attachment_uses, attachments, messages
from tapster.store.structs import from_row, to_columns
from tapster.store.transactions import Transaction

_COLUMNS = tuple(attachments.c[name] for name in Attachment.__struct_fields__)

_USED = exists().where(attachment_uses.c.attachment_id == attachments.c.id)
# A database takes so many values in one statement, and not many more.
_AT_ONCE = 500


class Attachments:
    """Files kept for messages to refer to."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def by_id(self, attachment_id: str) -> Attachment | None:
        """Return what is known of the attachment, if it exists."""
        statement = select(*_COLUMNS).where(attachments.c.id == attachment_id)
        found = await self._transaction.fetch(statement)
        return from_row(found[0], Attachment) if found else None

    async def content_of(self, attachment_id: str) -> bytes | None:
        """Return the bytes of the attachment, if it exists."""
        statement = select(attachments.c.content).where(attachments.c.id == attachment_id)
        found = await self._transaction.fetch(statement)
        return bytes(found[0].content) if found else None

    async def owned(self, owner: str, ids: tuple[str, ...]) -> set[str]:
        """Return those of `ids` that are attachments of `owner`."""
        statement = select(attachments.c.id).where(
            attachments.c.owner == owner, attachments.c.id.in_(ids)
        )
        return {row.id for row in await self._transaction.fetch(statement)}

    async def add(self, attachment: Attachment, content: bytes) -> None:
        """Keep a new attachment."""
        columns = to_columns(attachment) | {"content": content}
        await self._transaction.write(insert(attachments).values(columns), notable=False)

    async def is_used(self, attachment_id: str) -> bool:
        """Return whether a message refers to it, or an earlier version of one does."""
        statement = select(attachment_uses.c.message_id).where(
            attachment_uses.c.attachment_id == attachment_id
        )
        return bool(await self._transaction.fetch(statement.limit(1)))

    async def size_of(self, owner: str) -> int:
        """Return how many bytes the attachments of `owner` have together."""
        statement = select(func.coalesce(func.sum(attachments.c.size), 0))
        (found,) = await self._transaction.fetch(statement.where(attachments.c.owner == owner))
        return int(found[0])

    async def used_in(self, chat_id: str) -> tuple[str, ...]:
        """Return the ids of the attachments a chat refers to."""
        statement = (
            select(attachment_uses.c.attachment_id)
            .distinct()
            .join(messages, messages.c.id == attachment_uses.c.message_id)
            .where(messages.c.chat_id == chat_id)
        )
        return tuple([row[0] for row in await self._transaction.fetch(statement)])

    async def remove_unused(self, owner: str, ids: tuple[str, ...]) -> None:
        """Remove those of `ids` that nobody refers to any more, for good."""
        for place in range(0, len(ids), _AT_ONCE):
            some = attachments.c.id.in_(ids[place : place + _AT_ONCE])
            await self._remove(attachments.c.owner == owner, some, ~_USED)

    async def remove_forgotten(self, owner: str, *, before: float) -> None:
        """Remove what `owner` added `before` then and nobody refers to, for good."""
        await self._remove(attachments.c.owner == owner, attachments.c.created_at < before, ~_USED)

    async def remove(self, attachment_id: str) -> None:
        """Remove an attachment nobody uses, for good."""
        await self._remove(attachments.c.id == attachment_id)

    async def remove_of(self, owner: str) -> None:
        """Remove every attachment of `owner`, whose messages are gone, for good."""
        await self._remove(attachments.c.owner == owner)

    async def _remove(self, *which: ColumnElement[bool]) -> None:
        await self._transaction.write(delete(attachments).where(*which), notable=False)
