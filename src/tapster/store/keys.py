"""Sealed keys, and the vault's wrapped data key, as rows. Nothing here can be read."""

from typing import Any

from sqlalchemy import Row, Select, delete, insert, select, update

from tapster.core.errors import NotFound
from tapster.core.keys import Key, SealedKey
from tapster.core.news import HouseChanged
from tapster.store.structs import from_row, to_columns
from tapster.store.tables import changes, sealed_keys, vault
from tapster.store.transactions import Transaction

_KEY = HouseChanged("key")


class Keys:
    """Sealed keys, by rank, oldest first."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def all(self) -> tuple[SealedKey, ...]:
        """Return every sealed key."""
        return await self._find(select(sealed_keys))

    async def of(self, owner: str) -> tuple[SealedKey, ...]:
        """Return the sealed keys of `owner` (`connection:<id>` or `proxy:<id>`)."""
        return await self._find(select(sealed_keys).where(sealed_keys.c.owner == owner))

    async def by_id(self, key_id: str) -> SealedKey | None:
        """Return the sealed key `key_id`, if it exists."""
        found = await self._find(select(sealed_keys).where(sealed_keys.c.id == key_id))
        return found[0] if found else None

    async def add(self, sealed: SealedKey) -> None:
        """Keep a new sealed key."""
        await self._transaction.write(insert(sealed_keys).values(_columns(sealed)))
        self._transaction.notes.tell(_KEY)

    async def replace(self, sealed: SealedKey) -> None:
        """Keep a changed sealed key. Raises `NotFound` when it is gone."""
        statement = update(sealed_keys).where(sealed_keys.c.id == sealed.key.id)
        if not await self._transaction.write(statement.values(_columns(sealed))):
            raise _gone()
        self._transaction.notes.tell(_KEY)

    async def remove(self, key_id: str) -> None:
        """Remove a key for good. Raises `NotFound` when it is gone."""
        statement = delete(sealed_keys).where(sealed_keys.c.id == key_id)
        if not await self._transaction.write(statement):
            raise _gone()
        self._transaction.notes.tell(_KEY)

    async def remove_of(self, owner: str) -> int:
        """Remove every key of `owner` and return how many there were."""
        statement = delete(sealed_keys).where(sealed_keys.c.owner == owner)
        count = await self._transaction.write(statement)
        if count:
            self._transaction.notes.tell(_KEY)
        return count

    async def mark_worked(self, key_id: str, at: float) -> None:
        """Note that the key was accepted at `at`, in seconds since the epoch."""
        await self._transaction.write(
            update(sealed_keys).where(sealed_keys.c.id == key_id).values(last_worked_at=at),
            notable=False,
        )

    async def _find(self, statement: Select[Any]) -> tuple[SealedKey, ...]:
        ordered = statement.order_by(sealed_keys.c.rank, sealed_keys.c.added_at, sealed_keys.c.id)
        return tuple(_read(row) for row in await self._transaction.fetch(ordered))


class VaultHeader:
    """The one row that holds the wrapped data key, as bytes only the vault understands."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def get(self, *, hold: bool = False) -> bytes | None:
        """Return the row's bytes, if the vault has been used.

        `hold` keeps every other writer of the vault out until this transaction ends.
        """
        if hold and not self._transaction.is_sqlite:  # SQLite has one writer at a time anyway
            await self._transaction.fetch(select(changes.c.counter).with_for_update())
        found = await self._transaction.fetch(select(vault.c.header))
        return bytes(found[0].header) if found else None

    async def put(self, header: bytes) -> None:
        """Keep the row's bytes in place of what was there."""
        if not await self._transaction.write(update(vault).values(header=header)):
            await self._transaction.write(insert(vault).values(id=1, header=header))


def _columns(sealed: SealedKey) -> dict[str, Any]:
    return to_columns(sealed.key) | {"sealed": sealed.sealed}


def _read(row: Row[Any]) -> SealedKey:
    return SealedKey(key=from_row(row, Key), sealed=bytes(row.sealed))


def _gone() -> NotFound:
    return NotFound("There is no such key: it may have been removed already.")
