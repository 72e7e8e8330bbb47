"""What each person likes, as one row of theirs."""

from typing import Any

import msgspec
from sqlalchemy import insert, select, update

from tapster.core.news import HouseChanged
from tapster.core.preferences import Preferences as Liked
from tapster.store.people_tables import people, preferences
from tapster.store.structs import to_columns
from tapster.store.transactions import Transaction


class Preferences:
    """The preferences of every person. What changes here wakes nobody."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def of(self, owner: str, *, hold: bool = False) -> Liked:
        """Return what `owner` likes; the usual where they never said.

        With `hold` others who would change it wait until this transaction ends.
        """
        if hold:
            await self._transaction.fetch(
                select(people.c.id).where(people.c.id == owner).with_for_update()
            )
        statement = select(preferences).where(preferences.c.owner == owner)
        for row in await self._transaction.fetch(statement):
            return msgspec.convert(row.liked | {"version": row.version}, Liked)
        return Liked()

    async def put(self, owner: str, liked: Liked) -> None:
        """Keep what `owner` likes, in place of what they did."""
        told = to_columns(liked)
        values: dict[str, Any] = {"version": told.pop("version"), "liked": told}
        own = preferences.c.owner == owner
        statement = update(preferences).where(own).values(values)
        if not await self._transaction.write(statement, notable=False):
            added = insert(preferences).values(owner=owner, **values)
            await self._transaction.write(added, notable=False)
        self._transaction.notes.tell(HouseChanged("preferences"), to=owner)
