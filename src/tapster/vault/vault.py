"""The vault: provider keys sealed at rest, each bound to its owner and origin."""

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Self

import msgspec

from tapster.core.errors import KeyDetached, NotFound, VaultError, VaultLocked
from tapster.core.keys import Key, SealedKey
from tapster.core.secrets import Secret
from tapster.store import Rows, Store
from tapster.vault import exchange
from tapster.vault.header import close, decode_header, encode_header, new_lock, unlock
from tapster.vault.masters import Cost, MasterKey
from tapster.vault.owners import name_of, resolve_owners
from tapster.vault.sealing import DataKey, names_data_key, tampered_with
from tapster.vault.shelf import Shelf

# Seconds between two notes that a key works: one is enough for a person.
_NOTED_EVERY = 60.0


class Vault:
    """The only object that turns a sealed key into a legible one.

    Its data key is unwrapped when the first key is sealed or opened, not before. Every change
    is one transaction, or joins the one its task is in. Whoever removes keys inside a `begin`
    calls `Store.make_durable` after it: what was removed leaves the journal only then.
    """

    def __init__(
        self,
        store: Store,
        master: MasterKey,
        *,
        clock: Callable[[], float],
        new_id: Callable[[], str],
        fresh_for: float,
    ) -> None:
        self._store = store
        self._master = master
        self._clock = clock
        self._new_id = new_id
        self._shelf = Shelf(store, fresh_for=fresh_for)
        self._data: DataKey | None = None
        self._unlocking = asyncio.Lock()
        # A header the passphrase failed on: guessing again would only cost time.
        self._refused: tuple[bytes, str] | None = None

    @classmethod
    async def open(
        cls,
        store: Store,
        master: MasterKey,
        *,
        clock: Callable[[], float] = time.time,
        new_id: Callable[[], str] = lambda: secrets.token_hex(16),
        fresh_for: float = 1.0,
    ) -> Self:
        """Return the vault of `store`, still closed.

        `fresh_for` is how many seconds another process's change may go unseen.
        """
        return cls(store, master, clock=clock, new_id=new_id, fresh_for=fresh_for)

    async def add(self, owner: str, origin: str, secret: Secret, label: str = "") -> Key:
        """Seal a new key of `owner`, to be sent to `origin` only."""
        async with self._store.begin() as rows:
            data = await self._data_to_seal(rows)
            key = Key(
                id=self._new_id(),
                owner=owner,
                label=label,
                origin=origin,
                last4=secret.last4,
                fingerprint=data.fingerprint(secret),
                added_at=self._clock(),
            )
            await rows.keys.add(data.seal(key, secret))
        return key

    async def copy(self, owner: str, other: str) -> tuple[Key, ...]:
        """Seal the keys of `owner` that are sent anywhere for `other`, too: to the same origins."""
        copies = []
        async with self._store.begin() as rows:
            for sealed in await rows.keys.of(owner):
                if sealed.key.state == "detached":
                    continue
                data = await self._data_to_seal(rows)
                key = msgspec.structs.replace(sealed.key, id=self._new_id(), owner=other)
                await rows.keys.add(data.seal(key, data.open(sealed)))
                copies.append(key)
        return tuple(copies)

    async def relabel(self, key_id: str, label: str) -> Key:
        """Call a key `label`."""
        async with self._store.begin() as rows:
            sealed = _existing(await rows.keys.by_id(key_id))
            key = msgspec.structs.replace(sealed.key, label=label)
            await rows.keys.replace(msgspec.structs.replace(sealed, key=key))
        return key

    async def put_first(self, key_id: str, *, first: bool = True) -> Key:
        """Let a key come before the others of its owner; or without `first`, take turns again."""
        async with self._store.begin() as rows:
            sealed = _existing(await rows.keys.by_id(key_id))
            others = [each.key.rank for each in await rows.keys.of(sealed.key.owner)]
            return await self.place(key_id, min(others) - 1 if first else 0)

    async def place(self, key_id: str, rank: int) -> Key:
        """Give a key its rank among those of its owner."""
        async with self._store.begin() as rows:
            sealed = _existing(await rows.keys.by_id(key_id))
            key = msgspec.structs.replace(sealed.key, rank=rank)
            await rows.keys.replace(msgspec.structs.replace(sealed, key=key))
        return key

    async def keys(self, owner: str | None = None, *, stamp: int | None = None) -> tuple[Key, ...]:
        """Return what may be shown of the keys of `owner`, or of all, in the order of their use.

        They are as new as the store was at `stamp`, where one is given.
        """
        return tuple(
            sealed.key
            for sealed in await self._shelf.all(stamp=stamp)
            if owner is None or sealed.key.owner == owner
        )

    async def unseal(self, key_id: str, origin: str) -> Secret:
        """Return the legible key, for one request to `origin`.

        Raises `KeyDetached` when it was entered for another origin, `Tampered` naming the row,
        `VaultLocked`, or `NotFound`.
        """
        sealed = _sendable(await self._shelf.find(key_id), origin)
        data = self._data
        if data is None or not names_data_key(sealed, data.name):
            sealed, data = await self._look_again(key_id, origin)
        return data.open(sealed)

    async def rotate(self, key_id: str, secret: Secret) -> Key:
        """Put a new secret in the place of an old one, for the same owner and origin."""
        async with self._store.begin() as rows:
            before = _existing(await rows.keys.by_id(key_id)).key
            if before.state == "detached":
                raise _detached(before)
            data = await self._data_to_seal(rows)
            key = msgspec.structs.replace(
                before,
                last4=secret.last4,
                fingerprint=data.fingerprint(secret),
                added_at=self._clock(),
                last_worked_at=None,
            )
            await rows.keys.replace(data.seal(key, secret))
        await self._wipe()
        return key

    async def remove(self, key_id: str) -> None:
        """Remove a key for good. Raises `NotFound`."""
        async with self._store.begin() as rows:
            await rows.keys.remove(key_id)
        await self._wipe()

    async def remove_of(self, owner: str) -> int:
        """Remove every key of `owner` for good and return how many there were."""
        async with self._store.begin() as rows:
            count = await rows.keys.remove_of(owner)
        if count:
            await self._wipe()
        return count

    async def move(self, owner: str, new_origin: str) -> tuple[Key, ...]:
        """Note that `owner` is now at `new_origin`, and return all its keys as they now stand.

        Keys that were entered for another origin become detached: they stay so even if the
        owner comes back, and must be entered again.
        """
        async with self._store.begin() as rows:
            moved = []
            for sealed in await rows.keys.of(owner):
                key = sealed.key
                if key.origin != new_origin and key.state == "active":
                    key = msgspec.structs.replace(key, state="detached")
                    await rows.keys.replace(msgspec.structs.replace(sealed, key=key))
                moved.append(key)
        return tuple(moved)

    async def mark_worked(self, key_id: str) -> None:
        """Note that the provider took the key; written at most once a minute."""
        sealed, now = await self._shelf.find(key_id), self._clock()
        if sealed is None or _noted_lately(sealed.key, now):
            return
        self._shelf.note_worked(key_id, now)
        async with self._store.begin() as rows:
            await rows.keys.mark_worked(key_id, now)

    async def change_master(self, new: MasterKey) -> None:
        """Close the vault with another master key, under a new data key.

        Whatever happens meanwhile, the old or the new master key opens everything: both are
        kept until the change is on the disk. Not to be called inside a `begin`.
        """
        if self._store.in_transaction:
            raise RuntimeError("change_master needs a transaction of its own")
        await asyncio.shield(asyncio.ensure_future(self._change_master(new)))

    async def export(self, passphrase: Secret, *, cost: Cost | None = None) -> bytes:
        """Return one file with every key, sealed by `passphrase`."""
        async with self._store.read() as rows:
            row, kept = await rows.vault.get(), await rows.keys.all()
            names = {sealed.key.owner: await name_of(rows, sealed.key.owner) for sealed in kept}
        data = await self._opened(row) if row is not None else None
        carried = tuple(
            exchange.Carried(
                owner=sealed.key.owner,
                name=names[sealed.key.owner],
                label=sealed.key.label,
                origin=sealed.key.origin,
                secret=_open(data, sealed),
                added_at=sealed.key.added_at,
                last_worked_at=sealed.key.last_worked_at,
                state=sealed.key.state,
                rank=sealed.key.rank,
            )
            for sealed in kept
        )
        return await asyncio.to_thread(exchange.pack, carried, passphrase, cost=cost)

    async def import_keys(
        self, data: bytes, passphrase: Secret, owners: Mapping[str, str] | None = None
    ) -> exchange.Imported:
        """Take in the keys of an exported file whose owners are here.

        `owners` says who gets them: from an owner in the file (`connection:<id>` or
        `connection:<name>`) to an owner here. Without it, owners are found by id, then by name.
        Keys that are here already are passed over. Raises `VaultError` for a wrong passphrase
        or a damaged file, `InvalidInput` naming the owners when none of them is here.
        """
        carried = await asyncio.to_thread(exchange.unpack, data, passphrase)
        async with self._store.begin() as rows:
            homes, missing = await resolve_owners(rows, carried, owners)
            if not carried:
                return exchange.Imported()
            sealer = await self._data_to_seal(rows)
            here = {_identity(sealed.key) for sealed in await rows.keys.all()}
            taken = []
            for entry in carried:
                if entry.owner not in homes:
                    continue
                key = Key(
                    id=self._new_id(),
                    owner=homes[entry.owner],
                    label=entry.label,
                    origin=entry.origin,
                    last4=entry.secret.last4,
                    fingerprint=sealer.fingerprint(entry.secret),
                    added_at=entry.added_at,
                    last_worked_at=entry.last_worked_at,
                    state=entry.state,
                    rank=entry.rank,
                )
                if _identity(key) in here:
                    continue
                here.add(_identity(key))
                await rows.keys.add(sealer.seal(key, entry.secret))
                taken.append(key)
        return exchange.Imported(tuple(taken), missing)

    async def _opened(self, row: bytes) -> DataKey:
        header = decode_header(row)
        async with self._unlocking:
            if self._data is not None and self._data.name == header.data:
                return self._data
            if self._refused is not None and self._refused[0] == row:
                raise VaultLocked(self._refused[1])
            try:
                self._data = await asyncio.to_thread(unlock, header, self._master)
            except VaultLocked as error:
                if header.lock.kind == "passphrase":
                    self._refused = (row, error.message)
                raise
            return self._data

    async def _data_to_seal(self, rows: Rows) -> DataKey:
        row = await rows.vault.get(hold=True)
        if row is not None:
            try:
                return await self._opened(row)
            except VaultError:
                # With no key left there is nothing to lose: a vault nobody can open starts anew.
                if await rows.keys.all():
                    raise
        place = await asyncio.to_thread(self._master.to_create)
        lock = new_lock(place)
        master = await asyncio.to_thread(place.create, lock)
        self._data = DataKey.new()
        await rows.vault.put(encode_header(close(self._data, lock, master)))
        return self._data

    async def _look_again(self, key_id: str, origin: str) -> tuple[SealedKey, DataKey]:
        async with self._store.read() as rows:
            sealed = _sendable(await rows.keys.by_id(key_id), origin)
            row = await rows.vault.get()
        if row is None:
            raise tampered_with(sealed.key)
        return sealed, await self._opened(row)

    async def _change_master(self, new: MasterKey) -> None:
        async with self._store.begin() as rows:
            row = await rows.vault.get(hold=True)
            if row is None:
                self._master = new
                return
            before = decode_header(row)
            old = await self._opened(row)
            place = await asyncio.to_thread(new.to_create)
            lock = new_lock(place, vault=before.lock.vault)
            data = old.renewed()
            header = close(data, lock, await asyncio.to_thread(place.create, lock))
            for sealed in await rows.keys.all():
                await rows.keys.replace(data.seal(sealed.key, old.open(sealed)))
            await asyncio.to_thread(unlock, header, new)  # what was kept can be read back
            await rows.vault.put(encode_header(header))
        left = self._master.to_open(before.lock.kind)
        self._master, self._data = new, data
        if left is not None and await self._store.make_durable():
            await asyncio.to_thread(left.forget, lock.vault, keep=lock.master)

    async def _wipe(self) -> None:
        # What was replaced leaves the journal too, not only the tables.
        if not self._store.in_transaction:
            await self._store.make_durable()


def _open(data: DataKey | None, sealed: SealedKey) -> Secret:
    if data is None:
        raise tampered_with(sealed.key)
    return data.open(sealed)


def _sendable(sealed: SealedKey | None, origin: str) -> SealedKey:
    found = _existing(sealed)
    if found.key.state == "detached" or found.key.origin != origin:
        raise _detached(found.key)
    return found


def _existing(sealed: SealedKey | None) -> SealedKey:
    if sealed is None:
        raise NotFound("There is no such key: it may have been removed already.")
    return sealed


def _detached(key: Key) -> KeyDetached:
    return KeyDetached(
        f"The key …{key.last4} was entered for {key.origin} and is sent nowhere else: the address "
        "has changed, so enter the key for the new one."
    )


def _noted_lately(key: Key, now: float) -> bool:
    return key.last_worked_at is not None and abs(now - key.last_worked_at) < _NOTED_EVERY


def _identity(key: Key) -> tuple[str, str, str]:
    return key.owner, key.origin, key.fingerprint
