"""What a person does with connections: add, edit, remove, check, try, list models."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping

from msgspec import UNSET, Struct, structs

from tapster.app.drafts import (
    Draft,
    accept_endpoint,
    accept_fields,
    accept_options,
    accept_outbound_proxy,
    accept_post_processing,
    accept_secret,
    split_password,
)
from tapster.app.keys import demand_use, detach_keys
from tapster.app.offered_settings import SettingOffered, offered_settings
from tapster.app.switches import switched
from tapster.core.checks import Check, Standing, State
from tapster.core.connections import Connection, free_name, slug_of
from tapster.core.errands import Asker
from tapster.core.errors import Conflict, InvalidInput
from tapster.core.keys import Key, admin_owner, connection_owner, outbound_owner
from tapster.core.models import Model
from tapster.core.origins import origin_of
from tapster.core.secrets import Secret
from tapster.core.ways import under_connections
from tapster.relay import Patience, Relay, Trial
from tapster.relay.endpoints import outbound_origin
from tapster.relay.shelf import shown
from tapster.relay.trial import try_model
from tapster.sources import Source, find_source
from tapster.store import Store
from tapster.vault import Vault

_LEADS = (
    "source",
    "endpoint",
    "proxy",
    "model",
    "bypass_status_check",
    "headers",
    "options",
    "outbound_proxy",
    "verify_tls",
)


class Edited(Struct, frozen=True):
    """A connection after a change, and the keys that no longer go anywhere because of it."""

    connection: Connection
    detached: tuple[Key, ...] = ()


class Connections:
    """The desk for connections. Everything is validated before anything is kept."""

    def __init__(
        self,
        *,
        store: Store,
        vault: Vault,
        relay: Relay,
        sources: Mapping[str, Source],
        new_id: Callable[[], str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._vault = vault
        self._relay = relay
        self._sources = sources
        self._new_id = new_id
        self._clock = clock

    async def all(self) -> tuple[Connection, ...]:
        """Return every connection, saved and ready-made."""
        return await self._relay.book.connections()

    async def find(self, name: str) -> Connection:
        """Return the connection called `name`; raise `NotFound` with the nearest names."""
        return await self._relay.book.find(name)

    async def usual(self, *, without_page: bool = False) -> Connection:
        """Return the connection to use where none is named.

        That is the saved one changed last, else one from the environment, else the built-in.
        `without_page` leaves out those whose model lives in a browser.
        """
        every = [
            each
            for each in await self.all()
            if not (without_page and self.source_of(each).ability is not None)
        ]
        saved = [each for each in every if not each.ready_made]
        if saved:
            return max(saved, key=lambda each: each.updated_at)
        return next((each for each in every if each.environment), every[-1])

    async def pick(self, which: str) -> Connection:
        """Return the connection with the id `which`, or of this name; raise `NotFound`."""
        found = await self._with_id(which)
        if found is None:
            # Another process may have saved it this moment.
            self._relay.book.forget()
            found = await self._with_id(which)
        return found or await self.find(which)

    async def _with_id(self, id_: str) -> Connection | None:
        return next((each for each in await self.all() if each.id == id_), None)

    def _source(self, source_id: str) -> Source:
        return self._sources.get(source_id) or find_source(source_id)

    def _as_one_of(self, connection: Connection, source: Source) -> Connection:
        before = self.source_of(connection)
        if source.id == before.id:
            return connection
        address = "" if connection.proxy else self._relay.endpoints.address_of(connection, before)
        return switched(connection, source, before=before, address=address)

    def source_of(self, connection: Connection) -> Source:
        """Return the connection's source."""
        return self._relay.endpoints.source_of(connection)

    async def add(
        self,
        name: str | None,
        source_id: str,
        draft: Draft | None = None,
        key: Secret | None = None,
    ) -> Connection:
        """Save a new connection, with its key if one is given. All of it, or nothing.

        Without a name it is called as its source is.
        """
        source = self._source(source_id)
        if name is None:
            name = await self.free_name(source.title)
        now = self._clock()
        blank = Connection(
            id=self._new_id(),
            name=name.strip(),
            slug=slug_of(name),
            source=source.id,
            created_at=now,
            updated_at=now,
        )
        draft, password = _without_password(draft or Draft())
        self._refuse_built_in_name(blank.slug, source)
        connection = await self._shaped(blank, source, draft)
        if key is not None:
            demand_use(source, await self._relay.book.proxy_of(connection))
            key = accept_secret(key)
        async with self._store.begin() as rows:
            await rows.connections.add(connection)
            if key is not None:
                origin = self._origin(connection, source)
                await self._vault.add(connection_owner(connection.id), origin, key)
            await self._keep_password(connection, password)
        self._relay.book.forget()
        return connection

    async def edit(
        self, name: str, draft: Draft, *, source: str | None = None, version: int | None = None
    ) -> Edited:
        """Change a saved connection. A key entered for another origin is detached.

        With a `source` it becomes one of that kind, and leads where it led.
        Raises `Conflict` where it is no more in the `version` the change was made upon.
        """
        saved = await self._saved(name)
        if version is not None and version != saved.version:
            raise Conflict(
                f"The connection {saved.name!r} was changed elsewhere in the meantime: look at it "
                "again and repeat your change.",
                newer=saved,
            )
        kind = self.source_of(saved) if source is None else self._source(source)
        draft, password = _without_password(draft)
        changed = await self._shaped(self._as_one_of(saved, kind), kind, draft)
        self._refuse_built_in_name(changed.slug, kind)
        changed = structs.replace(changed, updated_at=self._clock())
        async with self._store.begin() as rows:
            changed = await rows.connections.replace(changed)
            detached = await self._detach_keys(changed, kind)
            if _leads_elsewhere(saved, changed):
                await self._relay.standings.forget(changed.id)
            if draft.outbound_proxy is not UNSET:
                await self._vault.remove_of(outbound_owner(changed.id))
                await self._keep_password(changed, password)
        self._relay.book.forget()
        if draft.outbound_proxy is not UNSET:
            await self._store.make_durable()
        return Edited(changed, detached)

    async def duplicate(self, name: str, new_name: str | None = None) -> Connection:
        """Save a copy of the connection `name`; its keys go along, to the same origin only."""
        original = await self.find(name)
        now = self._clock()
        wanted = new_name or await self.free_name(f"{original.name[:57].rstrip()} (copy)")
        copy = structs.replace(
            original,
            id=self._new_id(),
            name=wanted.strip(),
            slug=slug_of(wanted),
            created_at=now,
            updated_at=now,
            version=1,
            environment=None,
        )
        source = self.source_of(original)
        self._refuse_built_in_name(copy.slug, source)
        secret = self._relay.book.key_from_environment(original)
        async with self._store.begin() as rows:
            await rows.connections.add(copy)
            if secret is not None:
                key = accept_secret(secret)
                await self._vault.add(connection_owner(copy.id), self._origin(copy, source), key)
            for owner_of in (connection_owner, outbound_owner, admin_owner):
                await self._vault.copy(owner_of(original.id), owner_of(copy.id))
        self._relay.book.forget()
        return copy

    async def free_name(self, wanted: str) -> str:
        """Return `wanted`, or that with a number behind it, as no connection is called yet."""
        slug_of(wanted)
        saved = {each.slug for each in await self.all() if not each.ready_made}
        built_in = {source.id for source in self._sources.values() if source.built_in}
        return free_name(wanted, lambda name: slug_of(name) in saved | built_in)

    async def remove(self, name: str) -> Connection:
        """Remove a saved connection with its keys and model list."""
        saved = await self._saved(name)
        async with self._store.begin() as rows:
            await rows.connections.remove(saved.id)
            for owner_of in (connection_owner, outbound_owner, admin_owner):
                await self._vault.remove_of(owner_of(saved.id))
        self._relay.book.forget()
        await self._store.make_durable()
        return saved

    async def check(self, name: str) -> Check:
        """Ask the endpoint how it stands. A better address that works is stored."""
        return await self._relay.checks.check(await self.find(name))

    async def check_until_active(
        self,
        name: str,
        *,
        every: float = Patience().recheck_every,
        longest: float = Patience().recheck_for,
    ) -> AsyncIterator[Check]:
        """Yield checks until the key is no longer merely too new, or `longest` seconds passed."""
        ends = time.monotonic() + longest
        while True:
            check = await self.check(name)
            yield check
            if check.state is not State.KEY_NOT_ACTIVE_YET or time.monotonic() + every > ends:
                return
            await asyncio.sleep(every)

    async def try_out(
        self, name: str, model: str | None = None, *, asker: Asker | None = None
    ) -> Trial:
        """Send one short message, as *Test message* does. `asker`: whose page asks."""
        connection = await self.find(name)
        chosen = model or await self.model_of(connection)
        return await try_model(self._relay, connection, chosen, asker=asker)

    async def models(self, name: str, *, refresh: bool = False) -> tuple[Model, ...]:
        """Return the models to choose from, external ones only where they are wanted."""
        connection = await self.find(name)
        endpoint = await self._relay.endpoints.reach(connection)
        models = await self._relay.shelf.models(connection, refresh=refresh)
        return tuple(shown(connection, endpoint, models))

    async def standings(self) -> dict[str, Standing]:
        """Return how each connection was last found to stand, by its id."""
        return await self._relay.standings.all()

    async def model_of(self, connection: Connection) -> str:
        """Return the connection's model, or the one to use where none was chosen.

        Raises why the endpoint lists none, where it does not answer.
        """
        if connection.model:
            return connection.model
        models = await self._relay.shelf.models(connection)
        if not models:
            models = await self._relay.shelf.models(connection, refresh=True)
        if models:
            return models[0].id
        raise InvalidInput(
            f"Connection {connection.name!r} has no model chosen, and its endpoint lists none. "
            "Name one "
            + under_connections(f"tapster connections edit {connection.slug} --model ID")
            + ".",
            field="model",
        )

    async def settings(
        self, connection: Connection, model: str | None = None
    ) -> tuple[SettingOffered, ...]:
        """Return the response settings of `model`, or of the one used where none is named.

        Nobody is asked: where no model is known yet, it is what any of the source's takes.
        """
        endpoint = await self._relay.endpoints.reach(connection)
        known = await self._relay.shelf.known(connection)
        name = model or connection.model or next((each.id for each in known), "")
        facts = next((each for each in known if each.id == name), Model(id=name))
        return offered_settings(endpoint.source, endpoint.link, facts)

    def _refuse_built_in_name(self, slug: str, source: Source) -> None:
        """Keep the built-in source reachable under its own name."""
        taken = self._sources.get(slug)
        if taken is not None and taken.built_in and taken.id != source.id:
            raise InvalidInput(
                f"{slug!r} is the name of {taken.title}: choose another name.", field="name"
            )

    async def _saved(self, name: str) -> Connection:
        connection = await self.find(name)
        async with self._store.read() as rows:
            saved = await rows.connections.by_id(connection.id)
        if saved is None:
            origin = (
                f"comes from the environment variable {connection.environment}"
                if connection.environment
                else "is built in"
            )
            raise InvalidInput(
                f"Connection {connection.name!r} {origin}, so there is nothing saved to change. "
                "Save one of your own "
                + under_connections(
                    f"tapster connections add {connection.slug} --source {connection.source}"
                )
                + ".",
                field="name",
            )
        return saved

    async def _shaped(self, connection: Connection, source: Source, draft: Draft) -> Connection:
        changes = {
            name: value for name, value in structs.asdict(draft).items() if value is not UNSET
        }
        if (endpoint := changes.get("endpoint")) is not None:
            changes["endpoint"] = accept_endpoint(endpoint)
        if proxy := changes.get("proxy"):
            changes["proxy"] = (await self._relay.book.find_proxy(proxy)).id
        if "options" in changes:
            options = {**connection.options, **accept_options(source, changes["options"])}
            changes["options"] = {
                name: value for name, value in options.items() if value is not None
            }
        if changes.get("post_processing") is not None:
            changes["post_processing"] = accept_post_processing(changes["post_processing"])
        if "headers" in changes:
            accept_fields(changes["headers"])
        if "name" in changes:
            changes["name"] = changes["name"].strip()
            changes["slug"] = slug_of(changes["name"])
        if "model" in changes:
            changes["model"] = (changes["model"] or "").strip() or None
        shaped = structs.replace(connection, **changes)
        if source.ability is not None and (shaped.endpoint or shaped.proxy):
            raise InvalidInput(
                f"{source.title} lives in a browser: it has no address, and no proxy leads there.",
                field="endpoint" if shaped.endpoint else "proxy",
            )
        if shaped.endpoint is None and shaped.proxy is None and source.base_url is None:
            raise InvalidInput(
                f"{source.title} needs an endpoint, the base URL of the server, for instance "
                "http://127.0.0.1:1234/v1",
                field="endpoint",
            )
        return shaped

    async def _detach_keys(self, changed: Connection, source: Source) -> tuple[Key, ...]:
        """Detach the keys that were entered for another origin, and return those."""
        if changed.proxy is not None or source.key_need == "none":
            return ()
        origin = self._origin(changed, source)
        owners = (connection_owner(changed.id), admin_owner(changed.id))
        detached = [await detach_keys(self._vault, owner, origin) for owner in owners]
        return tuple(key for keys in detached for key in keys)

    async def _keep_password(self, connection: Connection, password: Secret | None) -> None:
        """Keep the password of the outbound proxy in the vault, for that proxy alone."""
        if password is not None:
            origin = outbound_origin(connection.outbound_proxy or "")
            await self._vault.add(outbound_owner(connection.id), origin, password)

    def _origin(self, connection: Connection, source: Source) -> str:
        return origin_of(self._relay.endpoints.address_of(connection, source))


def _leads_elsewhere(before: Connection, after: Connection) -> bool:
    """Whether what is known of how a connection stands may be true no more."""
    return any(getattr(before, name) != getattr(after, name) for name in _LEADS)


def _without_password(draft: Draft) -> tuple[Draft, Secret | None]:
    """Return `draft` with a checked outbound proxy, and the password that stood in its address."""
    if not isinstance(draft.outbound_proxy, str):
        return draft, None
    address, password = split_password(accept_outbound_proxy(draft.outbound_proxy))
    return structs.replace(draft, outbound_proxy=address), password
