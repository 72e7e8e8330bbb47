"""Checkpoints and named branches as rows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select, update

from tapster.core.chats import Checkpoint
from tapster.store.chat_tables import checkpoints, messages
from tapster.store.structs import from_row, to_columns
from tapster.store.transactions import Transaction


class Checkpoints:
    """Named places in chats, oldest first."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def of(self, chat_id: str) -> tuple[Checkpoint, ...]:
        """Return the named places of a chat whose messages live."""
        rows = await self._transaction.fetch(
            select(checkpoints)
            .join(messages, messages.c.id == checkpoints.c.message_id)
            .where(
                checkpoints.c.chat_id == chat_id,
                checkpoints.c.deleted_at.is_(None),
                messages.c.deleted_at.is_(None),
            )
            .order_by(checkpoints.c.created_at, checkpoints.c.id)
        )
        return tuple(from_row(row, Checkpoint) for row in rows)

    async def by_id(self, checkpoint_id: str) -> Checkpoint | None:
        """Return the checkpoint `checkpoint_id`, removed or not, if it exists."""
        statement = select(checkpoints).where(checkpoints.c.id == checkpoint_id)
        found = await self._transaction.fetch(statement)
        return from_row(found[0], Checkpoint) if found else None

    async def add(self, checkpoint: Checkpoint) -> None:
        """Keep a new checkpoint."""
        await self.add_all((checkpoint,))

    async def add_all(self, new: Sequence[Checkpoint]) -> None:
        """Keep new checkpoints."""
        await self._transaction.write_all(insert(checkpoints), [to_columns(each) for each in new])

    async def patch(self, ids: Sequence[str], values: dict[str, Any]) -> None:
        """Set some fields of some checkpoints."""
        statement = update(checkpoints).where(checkpoints.c.id.in_(ids)).values(values)
        await self._transaction.write(statement, notable=False)
