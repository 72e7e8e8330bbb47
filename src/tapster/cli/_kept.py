"""Kept chats, found by what a person types."""

import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from tapster.cli._terminal import opened
from tapster.core.errors import InvalidInput, NotFound
from tapster.core.people import ME

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tapster.app import Tapster
    from tapster.core.chats import Chat

_ID = re.compile("[0-9a-f]{1,32}")
_WHOLE = 32
_AT_ONCE = 500
# So many that fit are named where one was meant.
_MOST_NAMED = 5


@asynccontextmanager
async def settled(context: Any) -> "AsyncIterator[Tapster]":
    """Open Tapster for one command; answers that nobody writes any more are ended first."""
    async with opened(context) as tapster:
        await tapster.settle_runs()
        yield tapster


async def find_chat(tapster: "Tapster", given: str) -> "Chat":
    """Return the chat whose id is, or alone begins with, `given`."""
    wanted = given.strip().casefold()
    if not _ID.fullmatch(wanted):
        raise InvalidInput(
            f"{given[:40]!r} is no chat: ids have digits and the letters a to f, and "
            "`tapster chats list` shows them.",
            field="chat",
        )
    if len(wanted) == _WHOLE:
        return await tapster.chats.get(ME, wanted)
    fits = [chat async for chat in every_chat(tapster) if chat.id.startswith(wanted)]
    if not fits:
        raise NotFound(f"There is no chat {wanted}. `tapster chats list` shows them.")
    if len(fits) > 1:
        named = ", ".join(chat.id[: len(wanted) + 4] for chat in fits[:_MOST_NAMED])
        more = " and others" if len(fits) > _MOST_NAMED else ""
        raise InvalidInput(
            f"More than one chat begins with {wanted}: {named}{more}. Type more of it.",
            field="chat",
        )
    return fits[0]


async def last_chat(tapster: "Tapster") -> "Chat":
    """Return the chat that changed last."""
    chats = [chat async for chat in every_chat(tapster, pinned_only=True)]
    if not chats:
        raise NotFound("There is no chat to go on with. Begin one: tapster chat")
    return max(chats, key=lambda chat: chat.updated_at)


async def every_chat(tapster: "Tapster", *, pinned_only: bool = False) -> "AsyncIterator[Chat]":
    """Yield all chats as they are listed; with `pinned_only` one more than those on top."""
    after: str | None = None
    while True:
        page = await tapster.chats.list(ME, limit=_AT_ONCE, after=after)
        for chat in page.chats:
            yield chat
            if pinned_only and not chat.pinned:
                return
        if page.next is None:
            return
        after = page.next
