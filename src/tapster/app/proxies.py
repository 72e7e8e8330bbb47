"""Proxy presets: an address, with its password, that stands in for a source's endpoint."""

import time
from collections.abc import Callable

from msgspec import Struct, structs

from tapster.app.drafts import accept_endpoint, accept_secret
from tapster.app.keys import detach_keys
from tapster.core.connections import Proxy
from tapster.core.errors import Conflict, InvalidInput
from tapster.core.keys import Key, proxy_owner
from tapster.core.origins import origin_of
from tapster.core.secrets import Secret
from tapster.core.ways import under_connections
from tapster.relay import Relay
from tapster.store import Store
from tapster.vault import Vault


class EditedProxy(Struct, frozen=True):
    """A preset after a change, and the password that no longer goes anywhere because of it."""

    proxy: Proxy
    detached: tuple[Key, ...] = ()


class Proxies:
    """The desk for proxy presets."""

    def __init__(
        self,
        *,
        store: Store,
        vault: Vault,
        relay: Relay,
        new_id: Callable[[], str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._vault = vault
        self._relay = relay
        self._new_id = new_id
        self._clock = clock

    async def all(self) -> tuple[Proxy, ...]:
        """Return every preset."""
        return await self._relay.book.proxies()

    async def pick(self, which: str) -> Proxy:
        """Return the preset with the id `which`, or of this name; raise `NotFound`."""
        for proxy in await self.all():
            if proxy.id == which:
                return proxy
        return await self._relay.book.find_proxy(which)

    async def add(self, name: str, url: str, password: Secret | None = None) -> Proxy:
        """Save a preset; the password is kept in the vault, for this address only."""
        name = name.strip()
        if not name or name.casefold() == "none":
            raise InvalidInput("Give the proxy preset a name (other than None).", field="name")
        proxy = Proxy(
            id=self._new_id(), name=name, url=accept_endpoint(url), created_at=self._clock()
        )
        if password is not None:
            password = accept_secret(password)
        async with self._store.begin() as rows:
            await rows.proxies.add(proxy)
            if password is not None:
                await self._vault.add(proxy_owner(proxy.id), origin_of(proxy.url), password)
        self._relay.book.forget()
        return proxy

    async def edit(
        self, name: str, *, url: str | None = None, password: Secret | None = None
    ) -> EditedProxy:
        """Change a preset's address or password.

        A password entered for another origin is detached; a new one takes the old one's place.
        """
        found = await self._relay.book.find_proxy(name)
        if url is None and password is None:
            raise InvalidInput("Say what to change: give --url URL or --password-stdin.")
        url = accept_endpoint(url) if url is not None else None
        password = accept_secret(password) if password is not None else None
        owner = proxy_owner(found.id)
        async with self._store.begin() as rows:
            proxy = await rows.proxies.by_id(found.id) or found
            proxy = await rows.proxies.replace(structs.replace(proxy, url=url or proxy.url))
            detached: tuple[Key, ...] = ()
            if password is not None:
                await self._vault.remove_of(owner)
                await self._vault.add(owner, origin_of(proxy.url), password)
            else:
                detached = await detach_keys(self._vault, owner, origin_of(proxy.url))
            for each in await rows.connections.all():
                if each.proxy == proxy.id:
                    await self._relay.standings.forget(each.id)
        self._relay.book.forget()
        await self._store.make_durable()
        return EditedProxy(proxy, detached)

    async def remove(self, name: str) -> Proxy:
        """Remove a preset and its password; refused while a connection goes through it."""
        proxy = await self._relay.book.find_proxy(name)
        async with self._store.begin() as rows:
            try:
                await rows.proxies.remove(proxy.id)
            except Conflict as error:
                raise Conflict(
                    f"{error.message} To use none, change it "
                    + under_connections("tapster connections edit NAME --no-proxy")
                    + "."
                ) from None
            await self._vault.remove_of(proxy_owner(proxy.id))
        self._relay.book.forget()
        await self._store.make_durable()
        return proxy
