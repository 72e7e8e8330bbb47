"""The sealed keys at hand: read once, and again when somebody changed them."""

import asyncio

import msgspec

from tapster.core.keys import SealedKey
from tapster.store import Store


class Shelf:
    """Every sealed key of the store, as fresh as `fresh_for` seconds for other processes'
    changes, and always fresh for our own.
    """

    def __init__(self, store: Store, *, fresh_for: float) -> None:
        self._store = store
        self._fresh_for = fresh_for
        self._kept: dict[str, SealedKey] = {}
        self._checked = float("-inf")
        self._commits = -1
        self._stamp = -1
        # Two looks at once could end in the order that leaves the older keys behind.
        self._looking = asyncio.Lock()

    async def all(self, *, stamp: int | None = None) -> tuple[SealedKey, ...]:
        """Return every sealed key, oldest first, none older than the store was at `stamp`."""
        return tuple((await self._current(stamp)).values())

    async def find(self, key_id: str) -> SealedKey | None:
        """Return the sealed key `key_id`, if it exists."""
        return (await self._current()).get(key_id)

    def note_worked(self, key_id: str, at: float) -> None:
        """Note a time of success here too: it is no change that makes us read again."""
        sealed = self._kept.get(key_id)
        if sealed is not None:
            key = msgspec.structs.replace(sealed.key, last_worked_at=at)
            self._kept[key_id] = msgspec.structs.replace(sealed, key=key)

    async def _current(self, stamp: int | None = None) -> dict[str, SealedKey]:
        if self._store.in_transaction:
            async with self._store.read() as rows:
                return _by_id(await rows.keys.all())
        now = asyncio.get_running_loop().time()
        behind = self._commits != self._store.commits or (stamp or 0) > self._stamp
        if not behind and now - self._checked < self._fresh_for:
            return self._kept
        checked, self._checked = self._checked, now  # one task looks, the others go on
        try:
            async with self._looking:
                await self._look_again()
        except BaseException:
            self._checked = checked
            raise
        return self._kept

    async def _look_again(self) -> None:
        # Both marks are taken before the rows: rows that are newer are read once more, at worst.
        commits = self._store.commits
        stamp = await self._store.version_stamp()
        if stamp != self._stamp:
            async with self._store.read() as rows:
                found = _by_id(await rows.keys.all())
            # A success noted while the rows were read is not in them, and changes no stamp.
            self._kept = {id_: _newer(key, self._kept.get(id_)) for id_, key in found.items()}
        self._commits, self._stamp = commits, stamp


def _newer(read: SealedKey, kept: SealedKey | None) -> SealedKey:
    """Return what was read, with the later of the two times of success."""
    worked = kept.key.last_worked_at if kept and kept.sealed == read.sealed else None
    if worked is None or worked <= (read.key.last_worked_at or 0):
        return read
    return msgspec.structs.replace(
        read, key=msgspec.structs.replace(read.key, last_worked_at=worked)
    )


def _by_id(keys: tuple[SealedKey, ...]) -> dict[str, SealedKey]:
    return {sealed.key.id: sealed for sealed in keys}
