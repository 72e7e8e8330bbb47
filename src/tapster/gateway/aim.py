"""From the name a program gives a model to the connection and model that are meant."""

import asyncio
from collections.abc import Sequence
from difflib import get_close_matches

from msgspec import Struct

from tapster.core.connections import Connection
from tapster.core.errors import InvalidInput, NotFound, StoreError, TapsterError
from tapster.core.keys import AccessToken
from tapster.core.models import Model
from tapster.relay import Relay, Shelf
from tapster.relay.endpoints import Endpoint
from tapster.relay.shelf import shown


class Aim(Struct, frozen=True):
    """A connection, and the model id it knows the model by."""

    connection: Connection
    model: str

    @property
    def name(self) -> str:
        """The name that means exactly this, for everyone."""
        return f"{self.connection.slug}/{self.model}"


_LONGEST_LIST_WAIT = 10.0
_LONGEST_NAME = 200
_MOST_COMPARED = 1000


class Aims:
    """Finds what a model's name means, and lists the names there are."""

    def __init__(
        self, relay: Relay, shelf: Shelf, *, longest_wait: float = _LONGEST_LIST_WAIT
    ) -> None:
        self._relay = relay
        self._shelf = shelf
        self._longest_wait = longest_wait

    async def find(self, name: str, token: AccessToken | None = None) -> Aim:
        """Return what `name` means: `<connection>/<model id>`, a connection, or a bare model id.

        Raises `NotFound` for what nothing fits, `InvalidInput` for what fits more than one.
        What `token` may not use does not exist here: no message names it.
        """
        name = name.strip()
        if not name:
            raise InvalidInput(
                "The field model is missing or empty. Name one as <connection>/<model id>; "
                "GET /v1/models lists them.",
                field="model",
            )
        connections = await self._relay.book.connections()
        by_slug = {each.slug: each for each in connections if may_reach(token, each)}
        slug, slash, model = name.partition("/")
        if slash and model and (connection := by_slug.get(slug.casefold())):
            return await self._allowed(Aim(connection, model), name, token)
        if connection := by_slug.get(name.casefold()):
            aim = Aim(connection, await self._default_of(connection, token))
            return await self._allowed(aim, name, token)
        aims = [Aim(connection, name) for connection in by_slug.values()]
        fits = [aim for aim in aims if may_use(token, aim) and await self._serves(aim)]
        if not fits:
            # Connections whose models were never listed are asked, once everything else failed.
            listed = [aim for aim, _ in await self.every(token)]
            fits = [aim for aim in listed if aim.model == name]
            if not fits:
                raise _nothing_fits(name, listed)
        if len(fits) == 1:
            return fits[0]
        names = ", ".join(aim.name for aim in fits)
        raise InvalidInput(
            f"More than one connection has the model {name!r}. Say which: {names}.",
            field="model",
        )

    async def every(self, token: AccessToken | None = None) -> list[tuple[Aim, Model]]:
        """Return every model `token` may use; an endpoint that fails lists what is known."""
        every = await self._relay.book.connections()
        connections = [each for each in every if may_reach(token, each)]
        shelves = await asyncio.gather(*map(self.of, connections), return_exceptions=True)
        return [
            (aim, model)
            for connection, models in zip(connections, shelves, strict=True)
            if not isinstance(models, BaseException)
            for model in models
            if may_use(token, aim := Aim(connection, model.id))
        ]

    async def of(self, connection: Connection) -> list[Model]:
        """Return the models of one connection that are to be listed."""
        endpoint = await self._relay.endpoints.reach(connection)
        models = await self._listed(connection, ask=_may_ask(connection, endpoint))
        return shown(connection, endpoint, models)

    async def _listed(self, connection: Connection, *, ask: bool) -> tuple[Model, ...]:
        """Return what the endpoint lists, or what is known of it where it does not answer soon."""
        if ask:
            try:
                async with asyncio.timeout(self._longest_wait):
                    return await self._shelf.models(connection)
            except TimeoutError:
                pass
        return await self._shelf.known(connection)

    async def _serves(self, aim: Aim) -> bool:
        if aim.connection.model == aim.model:
            return True
        try:
            known = await self._shelf.known(aim.connection)
        except StoreError:
            raise  # what is not known now is not missing
        except TapsterError:  # a connection that cannot be reached serves nothing
            return False
        return any(each.id == aim.model for each in known)

    async def _default_of(self, connection: Connection, token: AccessToken | None) -> str:
        if connection.model:
            return connection.model
        models = await self._listed(connection, ask=True)
        usable = [each.id for each in models if may_use(token, Aim(connection, each.id))]
        if usable:
            return usable[0]
        if models or (token is not None and token.models is not None):
            raise _nothing_fits(connection.slug, [])
        raise InvalidInput(
            f"Connection {connection.name!r} has no model chosen. Name one: "
            f"{connection.slug}/<model id>.",
            field="model",
        )

    async def _allowed(self, aim: Aim, name: str, token: AccessToken | None) -> Aim:
        if may_use(token, aim):
            return aim
        raise _nothing_fits(name, [each for each, _ in await self.every(token)])


def may_reach(token: AccessToken | None, connection: Connection) -> bool:
    """Whether `token` allows this connection; no token is the person themselves."""
    return token is None or token.connections is None or connection.slug in token.connections


def may_use(token: AccessToken | None, aim: Aim) -> bool:
    """Whether `token` allows this connection and model."""
    if not may_reach(token, aim.connection):
        return False
    return token is None or token.models is None or aim.name in token.models


def _may_ask(connection: Connection, endpoint: Endpoint) -> bool:
    return not connection.bypass_status_check or endpoint.source.always_external


def _nothing_fits(name: str, aims: Sequence[Aim]) -> NotFound:
    """Return what to say of a name nothing fits, with the nearest of `aims`."""
    near: list[str] = []
    if len(name) <= _LONGEST_NAME:
        # Comparing names takes time, and others wait for it.
        known = aims[:_MOST_COMPARED]
        near = get_close_matches(
            name, [*(aim.name for aim in known), *(aim.model for aim in known)], n=3
        )
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    shown_name = name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
    return NotFound(
        f"There is no model {shown_name!r} here.{hint} Models are named <connection>/<model id>; "
        "GET /v1/models lists those you may use."
    )
