"""From a connection to the links it may be reached by."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace as with_other
from urllib.parse import quote, urlsplit

from msgspec.structs import replace

from tapster.core.connections import Connection, Proxy
from tapster.core.errors import InvalidInput, SourceError
from tapster.core.keys import Key, admin_owner, connection_owner, outbound_owner, proxy_owner
from tapster.core.links import Link, Transport
from tapster.core.origins import origin_of
from tapster.core.redaction import is_secret_name, redact
from tapster.core.secrets import Secret
from tapster.core.ways import under_connections
from tapster.relay.book import Book
from tapster.relay.echoes import WithoutEchoes
from tapster.sources import Source
from tapster.vault import Vault


@dataclass(frozen=True)
class Door:
    """One link with one key. `key` is what may be shown of it; absent for a key from the
    environment and for no key at all.
    """

    link: Link
    key: Key | None = None


Identity = tuple[Connection, str | None, tuple[str | None, ...]]
"""What tells one endpoint from the same at another address or with another key; no secret."""


@dataclass(frozen=True)
class Endpoint:
    """Where a connection leads: its source, and one door per key that may be shown there.

    Without any key there is one door with none. `proxy` is the preset that stands in for the
    connection's own endpoint. `detached` counts keys that are not used: they were entered for
    another origin, or the address has been another one since. `is_admin` tells that the first key
    is the admin key.
    """

    connection: Connection
    source: Source
    doors: tuple[Door, ...]
    own_address: bool
    proxy: Proxy | None = None
    detached: int = 0
    is_admin: bool = False

    @property
    def link(self) -> Link:
        """The first door's link."""
        return self.doors[0].link

    @property
    def given(self) -> str | None:
        """The address as it is saved; the links may know a better one. `None`: the source's."""
        return self.proxy.url if self.proxy else self.connection.endpoint

    @property
    def identity(self) -> Identity:
        """What makes it this endpoint."""
        keys = tuple(door.key.fingerprint if door.key else None for door in self.doors)
        return self.connection, self.link.endpoint, keys

    @property
    def has_key(self) -> bool:
        """Whether any key will be shown."""
        return self.link.key is not None

    @property
    def lacks_its_key(self) -> bool:
        """Whether it had keys, of which none is for where it leads: nothing is sent there."""
        return self.detached > 0 and not self.has_key

    @property
    def key_place(self) -> str:
        """Where to enter the key, or the password, that is sent to this endpoint."""
        if self.proxy is not None:
            return under_connections(f"tapster proxies edit {self.proxy.name!r} --password-stdin")
        return under_connections(f"tapster keys set {self.connection.slug}")

    def redacted(self, text: str) -> str:
        """Return `text` without any secret that is sent to this endpoint."""
        headers = self.connection.headers.items()
        secrets = [door.link.key for door in self.doors]
        secrets += [Secret(value) for name, value in headers if is_secret_name(name)]
        return redact(text, secrets)

    def without_secrets(self, error: SourceError, *, told: str | None = None) -> SourceError:
        """Return `error` with every secret taken out of its words, and without its body.

        `told` is said in place of its own words.
        """

        def clean(text: str | None) -> str | None:
            return self.redacted(text) if text else text

        return SourceError(
            error.reason,
            self.redacted(error.message) if told is None else told,
            status=error.status,
            code=clean(error.code) if isinstance(error.code, str) else error.code,
            type=clean(error.type),
            param=clean(error.param),
            detail=clean(error.detail),
            retry_after=error.retry_after,
        )


def outbound_origin(address: str) -> str:
    """Return what the password of the outbound proxy at `address` is bound to."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


class Endpoints:
    """Opens the doors: joins connection, proxy preset, keys and transport."""

    def __init__(
        self, book: Book, vault: Vault, sources: Mapping[str, Source], transport: Transport
    ) -> None:
        self._book = book
        self._vault = vault
        self._sources = sources
        self._transport = WithoutEchoes(transport)
        # What was reached at one state of the store; legible keys of another are not kept.
        self._reached: dict[str, Endpoint] = {}
        self._stamp: int | None = None
        # By connection and saved address: the better one this process uses instead.
        self._better: dict[tuple[str, str], str] = {}

    def source_of(self, connection: Connection) -> Source:
        """Return the connection's source, or say that it is not installed."""
        if source := self._sources.get(connection.source):
            return source
        raise InvalidInput(
            f"Connection {connection.name!r} wants the source {connection.source!r}, which is "
            "not installed. Install the package that brought it, or remove the connection.",
            field="source",
        )

    def address_of(self, connection: Connection, source: Source) -> str:
        """Return the address of the connection's own endpoint, no proxy preset considered."""
        link = Link(
            transport=self._transport, endpoint=connection.endpoint, options=connection.options
        )
        return source.endpoint_of(link)

    async def reach(self, connection: Connection) -> Endpoint:
        """Return where `connection` leads, its keys unsealed for exactly that origin."""
        # Taken before the keys are read: newer keys under an older stamp are read once more.
        stamp = self._book.stamp
        if stamp != self._stamp:
            self._reached.clear()
            self._stamp = stamp
        known = self._reached.get(connection.id)
        if known and known.connection == connection:
            return known
        endpoint = await self._open(connection, stamp)
        if stamp == self._stamp:
            self._reached[connection.id] = endpoint
        return endpoint

    def prefer(self, endpoint: Endpoint, address: str) -> None:
        """Use `address`, of the same origin, instead of the saved one while this process runs."""
        if endpoint.given is None:
            return
        self._better[endpoint.connection.id, endpoint.given] = address
        self._reached.pop(endpoint.connection.id, None)

    async def note_worked(self, endpoint: Endpoint, key: Key | None) -> None:
        """Note that the provider took `key`."""
        if key is None:
            return
        await self._vault.mark_worked(key.id)
        if key.last_worked_at is None:
            # What is remembered still holds the key as one that never worked.
            self._reached.pop(endpoint.connection.id, None)

    async def as_admin(self, connection: Connection) -> Endpoint:
        """Return where `connection` leads, with the admin key kept for it as its first door.

        Where there is none for exactly that origin, it is the endpoint as messages reach it.
        """
        endpoint = await self.reach(connection)
        control = endpoint.source.control
        if control is None or not control.admin:
            return endpoint
        origin = origin_of(endpoint.source.endpoint_of(endpoint.link))
        for key in reversed(await self._vault.keys(admin_owner(connection.id))):
            if key.state == "active" and key.origin == origin:
                link = replace(endpoint.link, key=await self._vault.unseal(key.id, origin))
                return with_other(endpoint, doors=(Door(link, key), *endpoint.doors), is_admin=True)
        return endpoint

    async def _outbound_proxy(self, connection: Connection, stamp: int | None) -> str | None:
        """Return the address of the outbound proxy, its password in it if one is kept."""
        address = connection.outbound_proxy
        if address is None:
            return None
        origin = outbound_origin(address)
        kept = await self._vault.keys(outbound_owner(connection.id), stamp=stamp)
        for key in reversed(kept):
            # One that came from another installation may have been entered for another proxy.
            if key.state == "active" and key.origin == origin:
                password = await self._vault.unseal(key.id, origin)
                user, at, rest = address.partition("@")
                return f"{user}:{quote(password.reveal(), safe='')}{at}{rest}"
        return address

    async def _open(self, connection: Connection, stamp: int | None) -> Endpoint:
        source = self.source_of(connection)
        proxy = await self._book.proxy_of(connection)
        given = proxy.url if proxy else connection.endpoint
        bare = Link(
            transport=self._transport,
            endpoint=given and self._better.get((connection.id, given), given),
            options=connection.options,
            headers=connection.headers,
            include_body=connection.include_body,
            exclude_body=connection.exclude_body,
            timeouts=connection.timeouts,
            outbound_proxy=await self._outbound_proxy(connection, stamp),
            verify_tls=connection.verify_tls,
        )
        owner = proxy_owner(proxy.id) if proxy else connection_owner(connection.id)
        secret = None if proxy else self._book.key_from_environment(connection)
        doors: list[Door] = []
        detached = 0
        if secret is not None:
            doors.append(Door(replace(bare, key=secret)))
        elif not source.built_in and source.ability is None:
            origin = origin_of(source.endpoint_of(bare))
            for key in await self._vault.keys(owner, stamp=stamp):
                if key.state == "detached" or key.origin != origin:
                    detached += 1
                    continue
                doors.append(Door(replace(bare, key=await self._vault.unseal(key.id, origin)), key))
        return Endpoint(
            connection=connection,
            source=source,
            doors=tuple(doors) or (Door(bare),),
            own_address=given is None,
            proxy=proxy,
            detached=detached,
        )
