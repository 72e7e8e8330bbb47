"""The models an endpoint reported, kept until they are fetched again."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import delete, insert, select

from tapster.core.models import Model
from tapster.store.tables import model_lists
from tapster.store.transactions import Transaction

_DECODER = msgspec.json.Decoder(tuple[Model, ...])


class ModelLists:
    """The last model list of each connection."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def get(self, connection_id: str) -> tuple[float, tuple[Model, ...]] | None:
        """Return when the connection's list was fetched (seconds since the epoch), and the list."""
        found = await self._transaction.fetch(
            select(model_lists).where(model_lists.c.connection_id == connection_id)
        )
        if not found:
            return None
        return found[0].fetched_at, _DECODER.decode(found[0].models)

    async def put(self, connection_id: str, fetched_at: float, models: Sequence[Model]) -> None:
        """Keep `models` as the connection's list, in place of the one before."""
        await self.remove(connection_id)
        await self._transaction.write(
            insert(model_lists).values(
                connection_id=connection_id,
                fetched_at=fetched_at,
                models=msgspec.json.encode(models).decode(),
            )
        )

    async def remove(self, connection_id: str) -> None:
        """Forget the connection's list, if there is one."""
        await self._transaction.write(
            delete(model_lists).where(model_lists.c.connection_id == connection_id)
        )
