"""A chat brought in piece by piece, so that others write meanwhile, and shown only as a whole."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from msgspec import Struct

from tapster.core.chats import Chat, ChatMessage, Checkpoint, Edition
from tapster.core.errors import TapsterError
from tapster.core.messages import joined_text
from tapster.store import Rows, Store

T = TypeVar("T")

# What one transaction writes: so many rows, and so many signs in them. Words take their time.
_MOST_ROWS = 50
_MOST_SIGNS = 50_000
# Seconds between two of them. In this process others are next in turn anyway; other processes
# look only now and then whether SQLite is free.
_PAUSE = 0.01
# Seconds until what a process left behind that was killed in mid-import is removed.
_FORSAKEN_AFTER = 600.0


class Arriving(Struct, frozen=True):
    """All there is to keep of a chat, every part after what it refers to."""

    chat: Chat
    messages: Sequence[ChatMessage]
    editions: Sequence[Edition] = ()
    places: Sequence[Checkpoint] = ()


class Arrivals:
    """Brings chats in. While one is on its way nobody is shown it, nor finds a word of it."""

    def __init__(self, store: Store, *, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def keep(self, arriving: Arriving) -> None:
        """Keep a chat as a whole, or nothing of it."""
        chat = arriving.chat
        async with self._store.begin() as rows:
            await rows.arrivals.begin(chat, at=self._clock())
        try:
            await self._keep_all(arriving)
        except BaseException:
            # What cannot be removed now is swept away later.
            with suppress(TapsterError):
                await self._remove(chat)
            raise

    async def sweep(self) -> None:
        """Remove what was left of imports whose process was killed."""
        async with self._store.begin() as rows:
            forsaken = await rows.arrivals.forsaken(since=self._clock() - _FORSAKEN_AFTER)
        for chat in forsaken:
            await self._remove(chat)

    async def _keep_all(self, arriving: Arriving) -> None:
        chat = arriving.chat
        for messages in _pieces(arriving.messages, signs=_signs):
            async with self._going_on(chat) as rows:
                await rows.messages.add_all(messages)
        for editions in _pieces(arriving.editions, signs=_signs):
            async with self._going_on(chat) as rows:
                await rows.editions.add_all(editions)
                for edition in editions:
                    await rows.messages.note_uses(edition.message_id, edition.parts)
        for places in _pieces(arriving.places):
            async with self._going_on(chat) as rows:
                await rows.checkpoints.add_all(places)
        async with self._store.begin() as rows:
            await rows.arrivals.end(chat)

    @asynccontextmanager
    async def _going_on(self, chat: Chat) -> AsyncIterator[Rows]:
        async with self._store.begin() as rows:
            await rows.arrivals.go_on(chat, at=self._clock())
            yield rows
        await asyncio.sleep(_PAUSE)

    async def _remove(self, chat: Chat) -> None:
        async with self._store.read() as rows:
            files = await rows.attachments.used_in(chat.id)
        is_gone = False
        while not is_gone:
            async with self._store.begin() as rows:
                is_gone = await rows.arrivals.remove_some(chat.id, most=_MOST_ROWS)
            await asyncio.sleep(_PAUSE)
        async with self._store.begin() as rows:
            await rows.attachments.remove_unused(chat.owner, files)


def _pieces(rows: Sequence[T], *, signs: Callable[[T], int] = lambda _: 0) -> Iterator[list[T]]:
    """Yield `rows` in the pieces that are written at once."""
    piece: list[T] = []
    size = 0
    for row in rows:
        size += signs(row)
        if piece and (len(piece) == _MOST_ROWS or size > _MOST_SIGNS):
            yield piece
            piece, size = [], signs(row)
        piece.append(row)
    if piece:
        yield piece


def _signs(row: ChatMessage | Edition) -> int:
    return len(joined_text(row.parts))
