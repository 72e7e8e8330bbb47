"""The models of each connection: the source's catalogue and what the endpoint reports."""

import asyncio
import time
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from tapster.core.connections import Connection
from tapster.core.errors import SourceError, TapsterError
from tapster.core.models import Model
from tapster.relay.endpoints import Endpoint, Endpoints, Identity
from tapster.relay.probes import LIST_SILENCE, no_longer_silent
from tapster.relay.standings import Standings
from tapster.store import Store

FRESH_FOR = 600.0


class Shelf:
    """Model lists, kept in the store, renewed in the background after ten minutes."""

    def __init__(
        self,
        store: Store,
        endpoints: Endpoints,
        standings: Standings,
        *,
        clock: Callable[[], float] = time.time,
        pause: float = 30.0,
    ) -> None:
        self._store = store
        self._endpoints = endpoints
        self._standings = standings
        self._clock = clock
        self._pause = pause
        # When an endpoint last gave no list.
        self._failed: dict[str, tuple[Identity, float]] = {}
        # Ready-made connections have no row in the store their lists could belong to.
        self._unsaved: dict[str, tuple[float, tuple[Model, ...]]] = {}
        self._refreshing: dict[str, asyncio.Task[object]] = {}

    async def models(self, connection: Connection, *, refresh: bool = False) -> tuple[Model, ...]:
        """Return the connection's models; with `refresh`, ask the endpoint first.

        Without, a list once fetched is returned at once, and renewed behind it when it is old;
        an endpoint never asked is asked, and if it fails, left alone for a moment. Raises
        `SourceError` only with `refresh`.
        """
        endpoint = await self._endpoints.reach(connection)
        # The embedded model's files are looked at each time: that costs nothing.
        known = None if endpoint.source.built_in else await self._known(connection)
        if refresh:
            reported = await self._fetch(connection, endpoint)
        elif known is None:
            reported = await self._fetch_if_possible(connection, endpoint) or ()
        else:
            fetched_at, reported = known
            if self._clock() - fetched_at > FRESH_FOR:
                self._start_refresh(connection, endpoint)
        return await self._told(connection, joined(endpoint, reported))

    async def refresh_behind(self, connection: Connection) -> None:
        """Ask the endpoint for its models in the background; that it fails is no matter."""
        self._start_refresh(connection, await self._endpoints.reach(connection))

    async def known(self, connection: Connection) -> tuple[Model, ...]:
        """Return what is known without asking anybody."""
        endpoint = await self._endpoints.reach(connection)
        known = await self._known(connection)
        return await self._told(connection, joined(endpoint, known[1] if known else ()))

    async def keep(self, connection: Connection, reported: tuple[Model, ...]) -> None:
        """Remember what the endpoint just reported."""
        if connection.ready_made:
            self._unsaved[connection.id] = (self._clock(), reported)
            return
        async with self._store.begin() as rows:
            await rows.model_lists.put(connection.id, self._clock(), reported)

    async def aclose(self) -> None:
        """Stop refreshing."""
        tasks = list(self._refreshing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _known(self, connection: Connection) -> tuple[float, tuple[Model, ...]] | None:
        if connection.ready_made:
            return self._unsaved.get(connection.id)
        async with self._store.read() as rows:
            return await rows.model_lists.get(connection.id)

    async def _told(self, connection: Connection, models: tuple[Model, ...]) -> tuple[Model, ...]:
        """Return `models`; where a list leaves the context open, as a check found it loaded."""
        if all(model.context for model in models):
            return models
        standing = await self._standings.of(connection)
        if standing is None or standing.server is None:
            return models
        contexts = {model.id: model.context for model in standing.server.loaded}
        return tuple(
            replace(model, context=model.context or contexts.get(model.id)) for model in models
        )

    async def _fetch(self, connection: Connection, endpoint: Endpoint) -> tuple[Model, ...]:
        link = no_longer_silent(endpoint.link, LIST_SILENCE)
        try:
            reported = await endpoint.source.models(link) or ()
        except SourceError as error:
            raise endpoint.without_secrets(error) from None
        await self.keep(connection, reported)
        return reported

    async def _fetch_if_possible(
        self, connection: Connection, endpoint: Endpoint
    ) -> tuple[Model, ...] | None:
        failed = self._failed.get(connection.id)
        if failed and failed[0] == endpoint.identity and self._clock() - failed[1] < self._pause:
            return None
        try:
            reported = await self._fetch(connection, endpoint)
        except TapsterError:
            self._failed[connection.id] = endpoint.identity, self._clock()
            return None
        self._failed.pop(connection.id, None)
        return reported

    def _start_refresh(self, connection: Connection, endpoint: Endpoint) -> None:
        if connection.id in self._refreshing:
            return

        async def refresh() -> None:
            try:
                # If it fails, the old list stands.
                await self._fetch_if_possible(connection, endpoint)
            finally:
                del self._refreshing[connection.id]

        self._refreshing[connection.id] = asyncio.create_task(refresh())


def joined(endpoint: Endpoint, reported: Iterable[Model]) -> tuple[Model, ...]:
    """Return the catalogue with what the endpoint reported, marked external where it is new.

    Where the endpoint reports a model of the catalogue, its own facts count. A chosen model
    that is in neither is kept.
    """
    catalogue = {model.id: model for model in endpoint.source.catalogue}
    models = dict(catalogue)
    for model in reported:
        if model.id in catalogue:
            models[model.id] = _merged(catalogue[model.id], model)
        else:
            # The embedded model's files are its own list: nothing in it is foreign.
            models[model.id] = replace(model, external=not endpoint.source.built_in)
    chosen = endpoint.connection.model
    if chosen and chosen not in models:
        models[chosen] = Model(id=chosen, external=True, extra={"missing": True})
    return tuple(models.values())


def shown(connection: Connection, endpoint: Endpoint, models: Iterable[Model]) -> list[Model]:
    """Return the models to list: external ones only where the person or the source wants them."""
    if connection.show_external or endpoint.source.always_external or not endpoint.source.catalogue:
        return list(models)
    return [model for model in models if not model.external or model.id == connection.model]


def _merged(ours: Model, theirs: Model) -> Model:
    return replace(
        ours,
        title=theirs.title or ours.title,
        context=theirs.context or ours.context,
        max_output=theirs.max_output or ours.max_output,
        price=theirs.price or ours.price,
        created=theirs.created or ours.created,
        settings=theirs.settings or ours.settings,
        retires=theirs.retires or ours.retires,
        extra={**ours.extra, **theirs.extra},
    )
