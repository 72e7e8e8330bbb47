"""What a person does with keys: enter, list, rotate, remove, carry to another machine."""

from collections.abc import Mapping

from msgspec import Struct

from tapster.app.drafts import accept_secret
from tapster.core.connections import Connection, Proxy
from tapster.core.errors import InvalidInput, NotFound
from tapster.core.keys import Key, admin_owner, connection_owner, outbound_owner, proxy_owner
from tapster.core.origins import origin_of
from tapster.core.secrets import Secret
from tapster.core.ways import under_connections
from tapster.relay import Relay
from tapster.sources import Source
from tapster.store import Store
from tapster.vault import Imported, Vault

_LONGEST_LABEL = 200


class OwnedKey(Struct, frozen=True):
    """A key and the name of what it belongs to: a connection or a proxy preset."""

    key: Key
    owner: str
    kind: str


class Keys:
    """The desk for keys. What it returns never holds a legible key."""

    def __init__(self, *, store: Store, vault: Vault, relay: Relay) -> None:
        self._store = store
        self._vault = vault
        self._relay = relay

    async def all(self) -> tuple[OwnedKey, ...]:
        """Return every key; those of one owner in the order of their use."""
        names = await self._names()
        return tuple(
            OwnedKey(key, names.get(key.owner, "(removed)"), key.owner.partition(":")[0])
            for key in await self._vault.keys()
        )

    async def of(self, connection: Connection) -> tuple[Key, ...]:
        """Return the connection's own keys, in the order of their use."""
        return await self._vault.keys(connection_owner(connection.id))

    async def open_all(self) -> None:
        """Open every active key once. Raises `VaultError` for the first that does not open."""
        for key in await self._vault.keys():
            if key.state == "active":
                await self._vault.unseal(key.id, key.origin)

    async def demand_place(self, connection: Connection) -> None:
        """Refuse a connection that keeps no key, or whose key would never be sent."""
        saved = await self._saved(connection.slug)
        source = self._relay.endpoints.source_of(saved)
        demand_use(source, await self._relay.book.proxy_of(saved))

    async def set(self, name: str, secret: Secret, *, label: str = "") -> Key:
        """Add a key to the connection `name`; it is used beside the ones already there.

        One that was detached, and is entered again, keeps its rank among them.
        """
        connection = await self._saved(name)
        source = self._relay.endpoints.source_of(connection)
        demand_use(source, await self._relay.book.proxy_of(connection))
        label = accept_label(label)
        origin = origin_of(self._relay.endpoints.address_of(connection, source))
        owner = connection_owner(connection.id)
        async with self._store.begin():
            before = await self._vault.keys(owner)
            key = await self._vault.add(owner, origin, accept_secret(secret), label=label)
            same = [old for old in before if _is_same(old, key)]
            if any(old.state == "active" for old in same):
                raise InvalidInput(
                    f"Connection {connection.name!r} already has this key (…{key.last4}).",
                    field="key",
                )
            for old in same:
                await self._vault.remove(old.id)
            ranks = [old.rank for old in before if _is_entered_again(old, key)]
            if ranks:
                key = await self._vault.place(key.id, min(ranks))
            await self._relay.standings.forget(connection.id)
        self._relay.book.forget()
        if same:
            await self._store.make_durable()
        return key

    async def set_admin(self, name: str, secret: Secret) -> Key:
        """Keep the key by which the server of the connection `name` lets its models be changed.

        It takes the place of the one there was, and is shown for nothing else.
        """
        connection = await self._saved(name)
        source = self._relay.endpoints.source_of(connection)
        if source.control is None or not source.control.admin:
            raise InvalidInput(f"{source.title} knows no admin key.", field="key")
        demand_use(source, await self._relay.book.proxy_of(connection))
        origin = origin_of(self._relay.endpoints.address_of(connection, source))
        owner = admin_owner(connection.id)
        async with self._store.begin():
            replaced = await self._vault.remove_of(owner)
            key = await self._vault.add(owner, origin, accept_secret(secret))
        self._relay.book.forget()
        if replaced:
            await self._store.make_durable()
        return key

    async def rotate(self, which: str, secret: Secret) -> Key:
        """Replace the key `which` (an id, or a connection with exactly one key) by another."""
        key = await self.find(which)
        rotated = await self._vault.rotate(key.id, accept_secret(secret))
        await self._forget_standings(key)
        return rotated

    async def relabel(self, which: str, label: str) -> Key:
        """Call the key `which` something else."""
        key = await self.find(which)
        relabelled = await self._vault.relabel(key.id, accept_label(label))
        self._relay.book.forget()
        return relabelled

    async def put_first(self, which: str, *, first: bool = True) -> Key:
        """Use the key `which` before the others of its connection, which then only stand in.

        Without `first` it takes turns with them again.
        """
        key = await self.find(which)
        placed = await self._vault.put_first(key.id, first=first)
        self._relay.book.forget()
        return placed

    async def remove(self, which: str) -> Key:
        """Remove the key `which`, for good."""
        key = await self.find(which)
        await self._vault.remove(key.id)
        await self._forget_standings(key)
        return key

    async def find(self, which: str) -> Key:
        """Return the key with this id (or the beginning of one), fingerprint or owner's name."""
        keys = await self.all()
        wanted = which.strip()
        found = [
            each.key
            for each in keys
            if wanted
            and (each.key.id.startswith(wanted) or wanted in {each.key.fingerprint, each.owner})
        ]
        if len(found) == 1:
            return found[0]
        if not found:
            raise NotFound(
                f"There is no key {which!r}. See " + under_connections("tapster keys list") + "."
            )
        raise InvalidInput(
            f"{which!r} fits {len(found)} keys: give the id of one, from `tapster keys list`.",
            field="key",
        )

    async def export(self, passphrase: Secret) -> bytes:
        """Return all keys as one file, sealed by `passphrase`."""
        return await self._vault.export(passphrase)

    async def import_file(self, sealed: bytes, passphrase: Secret) -> Imported:
        """Take in the keys of an exported file whose owners are here, under the same name."""
        imported = await self._vault.import_keys(sealed, passphrase)
        self._relay.book.forget()
        return imported

    async def _forget_standings(self, key: Key) -> None:
        """Forget how the connections stood that show `key`."""
        self._relay.book.forget()
        for each in await self._relay.book.connections():
            if key.owner in {connection_owner(each.id), proxy_owner(each.proxy or "")}:
                await self._relay.standings.forget(each.id)

    async def _saved(self, name: str) -> Connection:
        connection = await self._relay.book.find(name)
        if connection.ready_made:
            raise InvalidInput(
                f"Connection {connection.name!r} is ready-made and keeps no key. Save one of your "
                "own "
                + under_connections(
                    f"tapster connections add {connection.slug} --source {connection.source}"
                )
                + ".",
                field="name",
            )
        return connection

    async def _names(self) -> Mapping[str, str]:
        names = {proxy_owner(each.id): each.name for each in await self._relay.book.proxies()}
        for each in await self._relay.book.connections():
            names[connection_owner(each.id)] = each.name
            names[outbound_owner(each.id)] = f"{each.name} (outbound proxy)"
            names[admin_owner(each.id)] = f"{each.name} (admin key)"
        return names


def accept_label(label: str) -> str:
    """Return `label` as it is kept, or raise `InvalidInput`."""
    label = label.strip()
    if len(label) > _LONGEST_LABEL or not label.isprintable():
        raise InvalidInput(
            f"A label has at most {_LONGEST_LABEL} characters, all of them printable.",
            field="label",
        )
    return label


def demand_use(source: Source, proxy: Proxy | None) -> None:
    """Refuse a key that would never be sent: nobody takes it, or `proxy` stands in between."""
    if source.key_need == "none":
        raise InvalidInput(f"{source.title} takes no key.", field="key")
    if proxy is not None:
        raise InvalidInput(
            "With a proxy preset the key is never sent: the preset has a password of its own. "
            "Leave the key out, or enter that password "
            + under_connections(f"tapster proxies edit {proxy.name!r} --password-stdin")
            + ".",
            field="key",
        )


async def detach_keys(vault: Vault, owner: str, origin: str) -> tuple[Key, ...]:
    """Detach the keys of `owner` that were entered for another origin, and return those."""
    active = {key.id for key in await vault.keys(owner) if key.state == "active"}
    moved = await vault.move(owner, origin)
    return tuple(key for key in moved if key.id in active and key.state == "detached")


def _is_same(one: Key, other: Key) -> bool:
    return (one.fingerprint, one.origin) == (other.fingerprint, other.origin)


def _is_entered_again(old: Key, key: Key) -> bool:
    return old.state == "detached" and old.fingerprint == key.fingerprint
