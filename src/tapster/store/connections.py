"""Connections and proxy presets as rows."""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, delete, insert, or_, select, update

from tapster.core.connections import Connection, Proxy
from tapster.core.errors import Conflict, InvalidInput, NotFound
from tapster.core.news import HouseChanged
from tapster.store.structs import from_row, to_columns
from tapster.store.tables import connections, proxies
from tapster.store.transactions import Transaction

_CONNECTION = HouseChanged("connection")
_PROXY = HouseChanged("proxy")


class Connections:
    """Saved connections, oldest first."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def all(self) -> tuple[Connection, ...]:
        """Return every connection."""
        return await self._find(
            select(connections).order_by(connections.c.created_at, connections.c.name)
        )

    async def by_id(self, connection_id: str) -> Connection | None:
        """Return the connection `connection_id`, if it exists."""
        found = await self._find(select(connections).where(connections.c.id == connection_id))
        return found[0] if found else None

    async def by_slug(self, slug: str) -> Connection | None:
        """Return the connection named `slug` in the gateway, if it exists."""
        found = await self._find(select(connections).where(connections.c.slug == slug))
        return found[0] if found else None

    async def add(self, connection: Connection) -> None:
        """Keep a new connection. Raises `Conflict` when its name or slug is taken."""
        await self._refuse_taken(connection)
        await self._refuse_missing_proxy(connection)
        await self._transaction.write(insert(connections).values(to_columns(connection)))
        self._transaction.notes.tell(_CONNECTION)

    async def replace(self, connection: Connection) -> Connection:
        """Keep a changed connection and return it with its next version.

        Raises `Conflict` when somebody else changed it since this version was read, or its
        name or slug is taken; `NotFound` when it is gone.
        """
        await self._refuse_taken(connection)
        await self._refuse_missing_proxy(connection)
        newer = msgspec.structs.replace(connection, version=connection.version + 1)
        touched = await self._transaction.write(
            update(connections)
            .where(connections.c.id == connection.id, connections.c.version == connection.version)
            .values(to_columns(newer))
        )
        if touched:
            self._transaction.notes.tell(_CONNECTION)
            return newer
        if await self.by_id(connection.id) is None:
            raise NotFound(f"The connection {connection.name!r} was removed in the meantime.")
        raise Conflict(
            f"The connection {connection.name!r} was changed elsewhere in the meantime: look at "
            "it again and repeat your change."
        )

    async def remove(self, connection_id: str) -> None:
        """Remove a connection and its model list. Raises `NotFound`; its keys are not touched."""
        statement = delete(connections).where(connections.c.id == connection_id)
        if not await self._transaction.write(statement):
            raise NotFound("There is no such connection: it may have been removed already.")
        self._transaction.notes.tell(_CONNECTION)

    async def _find(self, statement: Select[Any]) -> tuple[Connection, ...]:
        return tuple(from_row(row, Connection) for row in await self._transaction.fetch(statement))

    async def _refuse_taken(self, connection: Connection) -> None:
        taken = or_(connections.c.name == connection.name, connections.c.slug == connection.slug)
        for other in await self._find(select(connections).where(taken)):
            if other.id != connection.id:
                raise Conflict(
                    f"A connection named {other.name!r} exists already, and is "
                    f"{other.slug!r} in the gateway: choose another name."
                )

    async def _refuse_missing_proxy(self, connection: Connection) -> None:
        if connection.proxy is None:
            return
        statement = select(proxies.c.id).where(proxies.c.id == connection.proxy)
        if not await self._transaction.fetch(statement):
            raise InvalidInput(
                "The proxy preset chosen for this connection does not exist (any more): choose "
                "another one, or none.",
                field="proxy",
            )


class Proxies:
    """Saved proxy presets, oldest first."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def all(self) -> tuple[Proxy, ...]:
        """Return every proxy preset."""
        statement = select(proxies).order_by(proxies.c.created_at, proxies.c.name)
        return tuple(from_row(row, Proxy) for row in await self._transaction.fetch(statement))

    async def by_id(self, proxy_id: str) -> Proxy | None:
        """Return the proxy preset `proxy_id`, if it exists."""
        return await self._one(proxies.c.id == proxy_id)

    async def by_name(self, name: str) -> Proxy | None:
        """Return the proxy preset called `name`, if it exists."""
        return await self._one(proxies.c.name == name)

    async def add(self, proxy: Proxy) -> None:
        """Keep a new proxy preset. Raises `Conflict` when its name is taken."""
        await self._refuse_taken(proxy)
        await self._transaction.write(insert(proxies).values(to_columns(proxy)))
        self._transaction.notes.tell(_PROXY)

    async def replace(self, proxy: Proxy) -> Proxy:
        """Keep a changed proxy preset. Raises `Conflict` for a taken name, or `NotFound`."""
        await self._refuse_taken(proxy)
        statement = update(proxies).where(proxies.c.id == proxy.id)
        if not await self._transaction.write(statement.values(to_columns(proxy))):
            raise NotFound(f"The proxy preset {proxy.name!r} was removed in the meantime.")
        self._transaction.notes.tell(_PROXY)
        return proxy

    async def remove(self, proxy_id: str) -> None:
        """Remove a proxy preset. Raises `Conflict` while a connection uses it, or `NotFound`."""
        users = await self._transaction.fetch(
            select(connections.c.name).where(connections.c.proxy == proxy_id)
        )
        if users:
            names = ", ".join(repr(row.name) for row in users)
            raise Conflict(
                f"This proxy preset is used by {names}: choose another one there, then remove it."
            )
        if not await self._transaction.write(delete(proxies).where(proxies.c.id == proxy_id)):
            raise NotFound("There is no such proxy preset: it may have been removed already.")
        self._transaction.notes.tell(_PROXY)

    async def _one(self, condition: ColumnElement[bool]) -> Proxy | None:
        found = await self._transaction.fetch(select(proxies).where(condition))
        return from_row(found[0], Proxy) if found else None

    async def _refuse_taken(self, proxy: Proxy) -> None:
        other = await self.by_name(proxy.name)
        if other is not None and other.id != proxy.id:
            raise Conflict(
                f"A proxy preset named {proxy.name!r} exists already: choose another name."
            )
