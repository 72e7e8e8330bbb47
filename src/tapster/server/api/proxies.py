"""Proxy presets, for admins: an address, with its password, in the place of a source's endpoint."""

from typing import Annotated

from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from tapster.core.connections import Proxy
from tapster.core.keys import Key
from tapster.core.secrets import Secret
from tapster.server.gate import ThisTapster, house

PasswordText = Annotated[str, Meta(max_length=1 << 20)]


class NewProxy(Struct, frozen=True, forbid_unknown_fields=True):
    """A preset to save. Its `password` goes into the vault and is never told again."""

    name: str
    url: str
    password: PasswordText | None = None


class ProxyChanges(Struct, frozen=True, forbid_unknown_fields=True):
    """What to change of a preset; what is left out stays."""

    url: str | None = None
    password: PasswordText | None = None


class ProxyChanged(Struct, frozen=True):
    """A preset after a change, and the password that leads nowhere any more because of it."""

    proxy: Proxy
    detached: tuple[Key, ...] = ()


@get("/api/proxies", opt=house("proxy", admins=True))
async def list_proxies(tapster: ThisTapster) -> list[Proxy]:
    """List the proxy presets."""
    return list(await tapster.proxies.all())


@post("/api/proxies", opt=house("proxy", admins=True))
async def add_proxy(tapster: ThisTapster, data: JSONBody[NewProxy]) -> Proxy:
    """Save a proxy preset."""
    password = Secret(data.password) if data.password is not None else None
    return await tapster.proxies.add(data.name, data.url, password)


@patch("/api/proxies/{proxy_id:str}", opt=house("proxy", admins=True))
async def change_proxy(
    proxy_id: FromPath[str], tapster: ThisTapster, data: JSONBody[ProxyChanges]
) -> ProxyChanged:
    """Change a preset. A password entered for another origin is detached."""
    proxy = await tapster.proxies.pick(proxy_id)
    password = Secret(data.password) if data.password is not None else None
    edited = await tapster.proxies.edit(proxy.name, url=data.url, password=password)
    return ProxyChanged(edited.proxy, edited.detached)


@delete("/api/proxies/{proxy_id:str}", opt=house("proxy", admins=True), status_code=204)
async def remove_proxy(proxy_id: FromPath[str], tapster: ThisTapster) -> None:
    """Remove a preset; refused while a connection goes through it."""
    proxy = await tapster.proxies.pick(proxy_id)
    await tapster.proxies.remove(proxy.name)


ROUTES = (list_proxies, add_proxy, change_proxy, remove_proxy)
