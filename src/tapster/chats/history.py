"""A chat's path read backwards, no further than it is asked for."""

from collections.abc import AsyncIterator

from tapster.core.chats import Line
from tapster.store import Store

# Messages of the first look, and at most of one.
_FIRST = 64
_MOST = 512


async def back_from(store: Store, message_id: str | None) -> AsyncIterator[Line]:
    """Yield the message, then the one above it, up to the first one of its chat.

    Looks get longer, so that a long history takes few of them and a short prompt little.
    """
    limit = _FIRST
    while message_id is not None:
        async with store.read() as rows:
            found = await rows.paths.lines(message_id, limit=limit)
        for line in found:
            yield line
        message_id = found[-1].parent_id if found else None
        limit = min(_MOST, limit * 2)
