"""Servers people run themselves, for admins: what stands at an address, and which run here."""

from typing import Annotated

from litestar import post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from tapster.app.servers import Found
from tapster.core.secrets import Secret
from tapster.core.servers import Server
from tapster.server.gate import ThisTapster, house


class Address(Struct, frozen=True, forbid_unknown_fields=True):
    """Where to look. A `key` is shown to whoever is there, and not kept."""

    address: str
    key: Annotated[str, Meta(max_length=1 << 20)] | None = None


class Host(Struct, frozen=True, forbid_unknown_fields=True):
    """Where to look around; without a `host` on the machine Tapster runs on.

    Without `ports` at those the servers listen at by themselves.
    """

    host: str | None = None
    ports: tuple[int, ...] = ()


@post("/api/servers/look", opt=house("server", admins=True), status_code=200)
async def look_at_server(tapster: ThisTapster, data: JSONBody[Address]) -> Server:
    """Say which server stands at an address, and what it has loaded."""
    key = Secret(data.key) if data.key is not None else None
    return await tapster.servers.look(data.address, key)


@post("/api/servers/find", opt=house("server", admins=True), status_code=200)
async def find_servers(tapster: ThisTapster, data: JSONBody[Host | None] = None) -> Found:
    """Find the servers that listen at their usual ports: here, or at a host that is named."""
    where = data or Host()
    return await tapster.servers.find(where.host, where.ports)


ROUTES = (look_at_server, find_servers)
