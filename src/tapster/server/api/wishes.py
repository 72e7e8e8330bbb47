"""Who answers: what a request wishes for."""

from msgspec import Struct

from tapster.app import Tapster
from tapster.chats import Wish
from tapster.core.errands import PageId


class Wished(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is to answer this once, in place of what the chat has. `connection` is an id or name.

    `page` is what the open page that asks calls itself: a model that lives in a browser is asked
    there.
    """

    connection: str | None = None
    model: str | None = None
    page: PageId | None = None


async def wish_of(wished: Wished | None, tapster: Tapster) -> Wish:
    """Return what is wished for. Who calls may use every connection: the gate sees to that."""
    if wished is None:
        return Wish()
    connection = wished.connection
    if connection is not None:
        connection = (await tapster.connections.pick(connection)).id
    return Wish(connection, wished.model, page=wished.page)
