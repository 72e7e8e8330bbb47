"""Every connection there is: saved ones, and ready-made ones nobody had to save."""

import asyncio
import time
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from enum import Enum, auto

from msgspec.structs import replace

from tapster.core.connections import READY_MADE, Connection, Proxy, slug_of
from tapster.core.errors import InvalidInput, NotFound
from tapster.core.secrets import Secret
from tapster.core.ways import under_connections
from tapster.sources import Source
from tapster.store import Rows, Store


class Moved(Enum):
    """What became of a better address: kept, or not because the preset is shared or changed."""

    KEPT = auto()
    SHARED = auto()
    CHANGED = auto()


class Book:
    """The connections as this process last saw them; re-read when anything was written.

    Ready-made are the built-in source, and each source whose usual key variable is set in the
    environment. A saved connection of the same name comes before a ready-made one.
    """

    def __init__(
        self,
        store: Store,
        sources: Mapping[str, Source],
        environment: Mapping[str, str],
        *,
        clock: Callable[[], float] = time.monotonic,
        freshness: float = 0.25,
    ) -> None:
        self._store = store
        self._clock = clock
        self._freshness = freshness
        self._looked_at = -freshness
        self._looking = asyncio.Lock()
        self._forgotten = False
        self._sources = sources
        self._environment = environment
        self._ready_made = tuple(_ready_made(sources, environment))
        self._stamp: int | None = None
        self._connections: dict[str, Connection] = {}
        self._proxies: dict[str, Proxy] = {}

    async def connections(self) -> tuple[Connection, ...]:
        """Return all connections, saved ones first, in the order they were made."""
        await self._refresh()
        return tuple(self._connections.values())

    async def proxies(self) -> tuple[Proxy, ...]:
        """Return all proxy presets."""
        await self._refresh()
        return tuple(self._proxies.values())

    async def find(self, name: str) -> Connection:
        """Return the connection called `name` (its name or slug), or raise `NotFound`."""
        await self._refresh()
        slug = _slug_or_none(name)
        if slug and (connection := self._connections.get(slug)):
            return connection
        self.forget()
        await self._refresh()
        if slug and (connection := self._connections.get(slug)):
            return connection
        near = get_close_matches(slug or "", self._connections, n=3)
        hint = (
            f"Did you mean {' or '.join(near)}?"
            if near
            else f"See {under_connections('tapster connections list')}."
        )
        raise NotFound(f"There is no connection called {name!r}. {hint}")

    async def proxy_of(self, connection: Connection) -> Proxy | None:
        """Return the proxy preset that stands in for the connection's endpoint, if one does."""
        if connection.proxy is None:
            return None
        await self._refresh()
        for proxy in self._proxies.values():
            if proxy.id == connection.proxy:
                return proxy
        raise NotFound(
            f"The proxy preset of connection {connection.name!r} is gone. Choose another, or none, "
            + under_connections(f"tapster connections edit {connection.slug} --proxy NAME")
            + "."
        )

    async def find_proxy(self, which: str) -> Proxy:
        """Return the proxy preset of this name, or else of this id, or raise `NotFound`."""
        await self._refresh()
        presets = self._proxies.values()
        named = [each for each in presets if each.name.casefold() == which.strip().casefold()]
        for proxy in (*named, *(each for each in presets if each.id == which)):
            return proxy
        raise NotFound(
            f"There is no proxy preset called {which!r}. See "
            + under_connections("tapster proxies list")
            + "."
        )

    async def move(
        self, connection: Connection, given: str | None, found: str, *, now: float
    ) -> Moved:
        """Keep `found`, of the same origin, in place of the address `given`.

        That is the connection's own or that of its proxy preset. What somebody changed since,
        and a preset that other connections use too, is left alone.
        """
        async with self._store.begin() as rows:
            if connection.proxy is not None:
                moved = await _move_proxy(rows, connection, given, found)
            else:
                moved = await _move_connection(rows, connection, given, found, now)
        self.forget()
        return moved

    def key_from_environment(self, connection: Connection) -> Secret | None:
        """Return the key of a connection that was offered by an environment variable."""
        if connection.environment is None:
            return None
        value = self._environment.get(connection.environment, "").strip()
        return Secret(value) if value else None

    @property
    def stamp(self) -> int | None:
        """The state of the store these connections were read at."""
        return self._stamp

    def forget(self) -> None:
        """Look at the store again at the next question, however soon that is."""
        self._forgotten = True
        self._looked_at = -self._freshness

    async def _refresh(self) -> None:
        # Another process may have written: asking the store on every request would cost more
        # than the request, so it is asked a few times a second.
        if self._clock() - self._looked_at < self._freshness:
            return
        async with self._looking:
            if (now := self._clock()) - self._looked_at < self._freshness:
                return
            self._forgotten = False
            await self._look()
            if not self._forgotten:
                self._looked_at = now

    async def _look(self) -> None:
        stamp = await self._store.version_stamp()
        if stamp == self._stamp:
            return
        async with self._store.read() as rows:
            saved = await rows.connections.all()
            proxies = await rows.proxies.all()
        connections = {connection.slug: connection for connection in saved}
        for connection in self._ready_made:
            connections.setdefault(connection.slug, connection)
        self._connections = connections
        self._proxies = {proxy.id: proxy for proxy in proxies}
        self._stamp = stamp


async def _move_connection(
    rows: Rows, connection: Connection, given: str | None, found: str, now: float
) -> Moved:
    saved = await rows.connections.by_id(connection.id)
    if saved is None or saved.proxy is not None or saved.endpoint not in {given, found}:
        return Moved.CHANGED
    if saved.endpoint != found:
        await rows.connections.replace(replace(saved, endpoint=found, updated_at=now))
    return Moved.KEPT


async def _move_proxy(rows: Rows, connection: Connection, given: str | None, found: str) -> Moved:
    proxy = await rows.proxies.by_id(connection.proxy or "")
    users = {each.id for each in await rows.connections.all() if each.proxy == connection.proxy}
    if proxy is None or connection.id not in users or proxy.url not in {given, found}:
        return Moved.CHANGED
    if proxy.url != found:
        if len(users) > 1:
            return Moved.SHARED
        await rows.proxies.replace(replace(proxy, url=found))
    return Moved.KEPT


def _ready_made(sources: Mapping[str, Source], environment: Mapping[str, str]) -> list[Connection]:
    made = []
    for source in sources.values():
        variable = next(
            (name for name in source.key_variables if environment.get(name, "").strip()), None
        )
        if not source.built_in and (variable is None or source.base_url is None):
            continue
        made.append(
            Connection(
                id=READY_MADE + source.id,
                name=source.id,
                slug=slug_of(source.id),
                source=source.id,
                environment=variable,
            )
        )
    return made


def _slug_or_none(name: str) -> str | None:
    try:
        return slug_of(name)
    except InvalidInput:
        return None
