"""Who answers in a chat: the connection and model that were named, or the usual ones."""

from typing import TYPE_CHECKING

from tapster.cli._terminal import note
from tapster.core.errors import NotFound, TapsterError

if TYPE_CHECKING:
    from tapster.app import Tapster
    from tapster.core.connections import Connection


async def choose(
    tapster: "Tapster", name: str | None, model: str | None
) -> tuple["Connection", str]:
    """Return the connection and model to talk to, and say so where nobody chose."""
    if name is not None:
        connection = await tapster.connections.find(name)
        return connection, model or await tapster.connections.model_of(connection)
    if model:
        try:
            aimed = await tapster.gateway.aim(model)
        except NotFound:
            # A typed id is always allowed, whatever is listed: the usual connection is asked.
            pass
        else:
            note(f"{aimed.connection.name} · {aimed.model}")
            return aimed.connection, aimed.model
    every = await tapster.connections.all()
    saved = [each for each in every if not each.ready_made]
    connection = await tapster.connections.usual(without_page=True)
    chosen = model or await tapster.connections.model_of(connection)
    if not await _may_answer(tapster, connection, chosen):
        # Whoever is asked says so; that it would answer must not be said.
        return connection, chosen
    if tapster.connections.source_of(connection).built_in and not saved:
        note(
            f"No connection is configured: the embedded model {chosen} answers. It is small; "
            "connect a larger one with `tapster connect`."
        )
    else:
        why = f" (of {len(saved)} connections the one changed last; choose with -c)"
        note(f"{connection.name} · {chosen}{why if len(saved) > 1 else ''}")
    return connection, chosen


async def _may_answer(tapster: "Tapster", connection: "Connection", model: str) -> bool:
    """Tell whether a model may be there: of an embedded one that is known."""
    if not tapster.connections.source_of(connection).built_in:
        return True
    try:
        return any(each.id == model for each in await tapster.connections.models(connection.slug))
    except TapsterError:
        return False
