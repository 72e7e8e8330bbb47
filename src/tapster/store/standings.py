"""How each connection was last found to stand."""

import msgspec
from sqlalchemy import delete, insert, select

from tapster.core.checks import Standing
from tapster.core.news import HouseChanged
from tapster.store.tables import standings
from tapster.store.transactions import Transaction

_DECODER = msgspec.json.Decoder(Standing)


class Standings:
    """The last standing of each saved connection.

    Writing one has no other process read connections anew; open pages hear of one that differs.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def all(self) -> dict[str, Standing]:
        """Return how every connection of which anything is known stands, by its id."""
        found = await self._transaction.fetch(select(standings))
        return {row.connection_id: _DECODER.decode(row.standing) for row in found}

    async def get(self, connection_id: str) -> Standing | None:
        """Return how one connection stands, if anything is known."""
        found = await self._transaction.fetch(
            select(standings).where(standings.c.connection_id == connection_id)
        )
        return _DECODER.decode(found[0].standing) if found else None

    async def put(self, connection_id: str, standing: Standing) -> None:
        """Keep how a connection stands, in place of what was known before."""
        before = await self.get(connection_id)
        await self.remove(connection_id)
        await self._transaction.write(
            insert(standings).values(
                connection_id=connection_id, standing=msgspec.json.encode(standing).decode()
            ),
            notable=False,
        )
        if before is None or (before.state, before.message) != (standing.state, standing.message):
            self._transaction.notes.tell(HouseChanged("connection"))

    async def remove(self, connection_id: str) -> None:
        """Forget how a connection stands, if anything is known."""
        await self._transaction.write(
            delete(standings).where(standings.c.connection_id == connection_id), notable=False
        )
