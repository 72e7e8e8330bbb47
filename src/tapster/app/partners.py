"""Who answers a chat: the connection, the model, and what is known of it."""

import time
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from tapster.app.connections import Connections
from tapster.core.chats import Chat
from tapster.core.connections import Connection
from tapster.core.errors import NotFound
from tapster.core.models import Model
from tapster.prompts import ASSUMED_CONTEXT
from tapster.relay import Relay
from tapster.sources import Source

# Seconds until a list that says little of a model is asked for again.
_RENEW_EVERY = 3600.0


class Partner(Struct, frozen=True):
    """Who is asked. `facts` are what is known of the model, without asking anybody.

    `assumed` are the tokens it is taken to read where nobody says how many.
    """

    connection: Connection
    model: str
    facts: Model
    assumed: int = ASSUMED_CONTEXT


class Partners:
    """Finds who answers: what was wished for this once, the chat's own, or the usual."""

    def __init__(
        self,
        relay: Relay,
        connections: Connections,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._relay = relay
        self._connections = connections
        self._clock = clock
        # At which version and when a connection was asked for its models, so that not every
        # answer asks again, whatever name its model is called by.
        self._renewed: dict[str, tuple[int, float]] = {}

    async def of(
        self, chat: Chat, *, connection: str | None = None, model: str | None = None
    ) -> Partner:
        """Return who answers in `chat`; `connection` (an id) and `model` come before its own."""
        chosen = await self._connection(connection or chat.connection)
        own = chat.model if connection in {None, chat.connection} else None
        name = model or own or await self._connections.model_of(chosen)
        return Partner(
            chosen, name, await self._facts(chosen, name), self._context_assumed(chosen, name)
        )

    async def _connection(self, connection_id: str | None) -> Connection:
        if connection_id is None:
            return await self._connections.usual()
        for each in await self._connections.all():
            if each.id == connection_id:
                return each
        raise NotFound(
            "The connection this chat was held over is not there any more. Choose another one "
            "for the chat."
        )

    async def _facts(self, connection: Connection, name: str) -> Model:
        """Return what is known of the model; where that is little, its list is renewed."""
        shelf = self._relay.shelf
        source = self._connections.source_of(connection)
        built_in = source.built_in
        models = await (shelf.models if built_in else shelf.known)(connection)
        facts = next((each for each in models if each.id == name), Model(id=name))
        wanted = facts.context is None and not built_in and not connection.bypass_status_check
        if wanted and self._is_due(connection):
            await shelf.refresh_behind(connection)
        return replace(facts, context=_context_set(connection, source) or facts.context)

    def _context_assumed(self, connection: Connection, name: str) -> int:
        """Return the tokens a model is taken to read where nobody says how many."""
        source = self._connections.source_of(connection)
        if source.usual_context is None:
            return ASSUMED_CONTEXT
        address = self._relay.endpoints.address_of(connection, source)
        return source.usual_context(address, name) or ASSUMED_CONTEXT

    def _is_due(self, connection: Connection) -> bool:
        """Return whether the connection's list may be renewed, and take note that it is."""
        now = self._clock()
        version, at = self._renewed.get(connection.id, (None, now))
        if version == connection.version and now - at < _RENEW_EVERY:
            return False
        self._renewed[connection.id] = (connection.version, now)
        return True


def _context_set(connection: Connection, source: Source) -> int | None:
    """Return the tokens a person says that the model reads: so it is loaded, or is meant to be."""
    context = connection.options.get(source.context_option or "")
    return context if isinstance(context, int) and context > 0 else None
