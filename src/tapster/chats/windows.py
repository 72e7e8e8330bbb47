"""Stretches of a path: a chat is read by the window, however long it is."""

from collections.abc import AsyncIterator, Sequence

import msgspec

from tapster.chats.history import back_from
from tapster.chats.limits import how_many
from tapster.chats.ownership import chat_of, message_of
from tapster.chats.views import leaf_of
from tapster.core.chats import Chat, ChatMessage, Line, Placed, Window
from tapster.core.errors import NotFound
from tapster.store import Rows, Store

_AT_ONCE = 64


class Windows:
    """What a person sees of a chat: some messages of one path, oldest first."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def open(self, owner: str, chat_id: str, *, limit: int = 50) -> Window:
        """Return the last messages of the path that is shown."""
        async with self._store.read() as rows:
            chat = await chat_of(rows, owner, chat_id)
            limit = how_many(limit)
            if chat.head is None:
                return Window(chat=chat)
            return await _above(rows, chat, chat.head, limit=limit)

    async def before(self, owner: str, message_id: str, *, limit: int = 50) -> Window:
        """Return the messages right above this one."""
        async with self._store.read() as rows:
            chat, message = await message_of(rows, owner, message_id)
            if message.parent_id is None:
                return Window(chat=chat, leaf=message.id, more_after=True)
            window = await _above(rows, chat, message.parent_id, limit=how_many(limit))
            return msgspec.structs.replace(window, leaf=message.id, more_after=True)

    async def after(
        self, owner: str, message_id: str, *, leaf: str | None = None, limit: int = 50
    ) -> Window:
        """Return the messages right below this one on the path to `leaf`.

        Not given, that is the path that is shown if it leads here, else the message's branch.
        """
        async with self._store.read() as rows:
            chat, message = await message_of(rows, owner, message_id)
            if leaf is not None:
                await message_of(rows, owner, leaf)
            leaf, below = await _below(rows, chat, message, leaf, limit=how_many(limit) + 1)
            return Window(
                chat=chat,
                messages=await _placed(rows, chat, below[:limit]),
                leaf=leaf,
                more_before=True,
                more_after=len(below) > limit,
            )

    async def around(self, owner: str, message_id: str, *, limit: int = 50) -> Window:
        """Return a message in its branch, with up to `limit` messages above and below it."""
        async with self._store.read() as rows:
            chat, message = await message_of(rows, owner, message_id)
            upper = await rows.paths.up(message.id, limit=how_many(limit) + 2)
            leaf, lower = await _below(rows, chat, message, None, limit=limit + 1)
            shown = [*reversed(upper[: limit + 1]), *lower[:limit]]
            return Window(
                chat=chat,
                messages=await _placed(rows, chat, shown),
                leaf=leaf,
                more_before=len(upper) > limit + 1,
                more_after=len(lower) > limit,
            )

    async def message(self, owner: str, message_id: str) -> Placed:
        """Return one message where it stands."""
        async with self._store.read() as rows:
            chat, message = await message_of(rows, owner, message_id)
            return (await _placed(rows, chat, [message]))[0]

    async def swipes(self, owner: str, message_id: str) -> tuple[ChatMessage, ...]:
        """Return a message among its alternatives, in order."""
        async with self._store.read() as rows:
            chat, message = await message_of(rows, owner, message_id)
            return await rows.messages.children(chat.id, message.parent_id)

    async def upwards(
        self, owner: str, message_id: str, *, hidden: bool = False, at_once: int = _AT_ONCE
    ) -> AsyncIterator[ChatMessage]:
        """Yield a message and those above it up to the first, read as far as they are wanted.

        Hidden ones are left out unless `hidden`.
        """
        at: str | None = message_id
        async with self._store.read() as rows:
            await message_of(rows, owner, message_id)
        while at is not None:
            async with self._store.read() as rows:
                found = await rows.paths.up(at, limit=at_once)
            for message in found:
                if hidden or not message.hidden:
                    yield message
            at = found[-1].parent_id if found else None

    async def lines(self, owner: str, message_id: str) -> AsyncIterator[Line]:
        """Yield what prompts need of a message and of those above it, hidden ones, too."""
        async with self._store.read() as rows:
            await message_of(rows, owner, message_id)
        async for line in back_from(self._store, message_id):
            yield line


async def _above(rows: Rows, chat: Chat, last: str, *, limit: int) -> Window:
    """Return the window that ends with `last`."""
    found = await rows.paths.up(last, limit=limit + 1)
    placed = await _placed(rows, chat, found[:limit][::-1])
    return Window(chat=chat, messages=placed, leaf=last, more_before=len(found) > limit)


async def _below(
    rows: Rows, chat: Chat, message: ChatMessage, leaf: str | None, *, limit: int
) -> tuple[str, tuple[ChatMessage, ...]]:
    """Return the end of a message's path, and what is right below the message on it.

    Without `leaf` that is the path that is shown if it leads here, else the message's branch.
    Raises `NotFound` for a `leaf` the path to which does not lead here.
    """
    wished = leaf or chat.head
    if wished is not None:
        found = await rows.paths.down(message.id, wished, limit=limit)
        if found or wished == message.id:
            return wished, found
    if leaf is not None:
        raise NotFound("The path to `leaf` does not lead through this message.")
    end = await leaf_of(rows, chat, message)
    return end, await rows.paths.down(message.id, end, limit=limit)


async def _placed(rows: Rows, chat: Chat, messages: Sequence[ChatMessage]) -> tuple[Placed, ...]:
    if not messages:
        return ()
    parents = list(dict.fromkeys(message.parent_id for message in messages))
    siblings = await rows.messages.siblings(chat.id, parents)
    placed = []
    for message in messages:
        beside = siblings[message.parent_id]
        placed.append(Placed(message=message, swipe=beside.index(message.id), swipes=len(beside)))
    return tuple(placed)
