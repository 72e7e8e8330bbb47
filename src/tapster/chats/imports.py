"""Chats brought in from files: as a whole or not at all, and never over anything that is here."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import tzinfo
from functools import partial

import msgspec
from msgspec import Struct

from tapster.chats.arrivals import Arrivals, Arriving
from tapster.chats.attachments import Attachments
from tapster.chats.exports import rewritten
from tapster.chats.limits import fields_from, name_from, parts_from, reply_from, words
from tapster.core.chats import ATTACHMENT, Chat, ChatFields, ChatMessage, Checkpoint, Edition
from tapster.core.connections import Connection
from tapster.core.errors import InvalidInput, TapsterError
from tapster.core.messages import Part
from tapster.formats.archives import Archive, Kept
from tapster.formats.recognition import read_chat
from tapster.store import Store

_log = logging.getLogger(__name__)

# Seconds.
_SWEPT_EVERY = 300.0

MOST_BYTES = 64 * 1024 * 1024
"""How large a file may be that is brought in from elsewhere than this machine."""


class Imported(Struct, frozen=True):
    """The chats that were made, and what of the file has no place here."""

    chats: tuple[Chat, ...]
    notes: tuple[str, ...] = ()


class Imports:
    """Files made into chats. Everything in them gets an id of its own."""

    def __init__(
        self,
        store: Store,
        attachments: Attachments,
        *,
        connections: Callable[[], Awaitable[Sequence[Connection]]],
        new_id: Callable[[], str],
        clock: Callable[[], float],
        zone: tzinfo | None = None,
    ) -> None:
        self._store = store
        self._arrivals = Arrivals(store, clock=clock)
        self._attachments = attachments
        self._connections = connections
        self._new_id = new_id
        self._clock = clock
        self._zone = zone

    async def read(self, owner: str, content: bytes, *, name: str = "") -> Imported:
        """Make a chat of a file called `name`: our own, or SillyTavern's. Raises `InvalidInput`.

        Dates without a zone are of the one given at the start: else this machine's.
        """
        read = partial(read_chat, content, name=name, now=self._clock(), zone=self._zone)
        archive, notes = await asyncio.to_thread(lambda: _kept(*read()))
        archive, unknown = await self._at_home(archive)
        # What others left is no reason to refuse this one.
        with suppress(TapsterError):
            await self._arrivals.sweep()
        async with self._files_of(owner, archive) as urls:
            arriving, gone = await asyncio.to_thread(
                _arriving, archive, owner, urls, new_id=self._new_id
            )
            await self._arrivals.keep(arriving)
        missing = (
            (f"Pictures and files that are not in it were left out: {gone:,}.",) if gone else ()
        )
        return Imported((arriving.chat,), (*notes, *unknown, *missing))

    async def keep_swept(self) -> None:
        """Remove what killed processes left of their imports, as long as this runs."""
        while True:
            try:
                await self._arrivals.sweep()
            except TapsterError as error:
                _log.warning("What is left of an import stays for now: %s", error.message)
            await asyncio.sleep(_SWEPT_EVERY)

    async def _at_home(self, archive: Archive) -> tuple[Archive, tuple[str, ...]]:
        """Return the chat without a connection nobody has here, and a word on it."""
        wanted = archive.chat.connection
        if wanted is None or wanted in {each.id for each in await self._connections()}:
            return archive, ()
        chat = msgspec.structs.replace(archive.chat, connection=None, model=None)
        note = "The connection it was set to is not here: it uses the usual one."
        return msgspec.structs.replace(archive, chat=chat), (note,)

    @asynccontextmanager
    async def _files_of(self, owner: str, archive: Archive) -> AsyncIterator[dict[int, str]]:
        """Keep the files of an archive and yield their urls; none stays if what follows fails."""
        kept: dict[int, str] = {}
        try:
            for file in archive.files:
                kept[file.number] = await self._keep(owner, file)
            yield {number: f"{ATTACHMENT}{each}" for number, each in kept.items()}
        except BaseException:
            # Unused files make room for others some day in any case.
            with suppress(TapsterError):
                async with self._store.begin() as rows:
                    await rows.attachments.remove_unused(owner, tuple(kept.values()))
            raise

    async def _keep(self, owner: str, file: Kept) -> str:
        """Keep an attached file, and return its id."""
        if hashlib.sha256(file.content).hexdigest() != file.digest:
            raise InvalidInput(
                f"The file is damaged: {file.name[:60]!r}, which is in it, is not what it was. "
                "Nothing was imported.",
                field="file",
            )
        added = await self._attachments.add(
            owner, file.content, name=file.name, media_type=file.media_type
        )
        return added.id


_SET = (
    "title",
    "titled_by",
    "connection",
    "model",
    "system",
    "settings",
    "character",
    "pinned",
    "created_at",
    "updated_at",
)


def _arriving(
    archive: Archive, owner: str, urls: dict[int, str], *, new_id: Callable[[], str]
) -> tuple[Arriving, int]:
    """Return what there is to keep of an archive, and how many of its files are not in it."""
    ids = [new_id() for _ in archive.messages]
    at_place = dict(enumerate(ids, start=1))
    files = _Files(urls)
    chat = Chat(
        id=new_id(),
        owner=owner,
        head=at_place.get(archive.chat.head or 0),
        **{name: getattr(archive.chat, name) for name in _SET},
    )
    messages = [
        ChatMessage(
            id=own,
            chat_id=chat.id,
            parent_id=at_place.get(told.below or 0),
            role=told.role,
            author=told.author,
            parts=files.found_in(told.parts),
            hidden=told.hidden,
            reply=told.reply,
            editions=len(told.earlier),
            created_at=told.created_at,
            updated_at=told.updated_at,
        )
        for own, told in zip(ids, archive.messages, strict=True)
    ]
    editions = [
        Edition(
            id=new_id(),
            message_id=own,
            parts=files.found_in(earlier.parts),
            reply=earlier.reply,
            created_at=earlier.created_at,
            replaced_at=earlier.replaced_at,
        )
        for own, told in zip(ids, archive.messages, strict=True)
        for earlier in told.earlier
    ]
    places = [
        Checkpoint(
            id=new_id(),
            chat_id=chat.id,
            message_id=at_place[name.message],
            kind=name.kind,
            name=name.name,
            created_at=name.created_at,
        )
        for name in archive.names
    ]
    return Arriving(chat, messages, editions, places), files.missing


class _Files:
    """The files of an archive by their urls here; `missing` counts those that are not in it."""

    def __init__(self, urls: dict[int, str]) -> None:
        self._urls = urls
        self.missing = 0

    def found_in(self, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        """Return `parts` with the urls their files have here, without those of missing ones."""
        kept, lost = rewritten(parts, lambda number: self._urls.get(_number(number)))
        self.missing += lost
        return kept


def _kept(archive: Archive, notes: tuple[str, ...]) -> tuple[Archive, tuple[str, ...]]:
    """Return what was read if all of it can be kept. Raises `InvalidInput`, naming the message."""
    chat = archive.chat
    fields_from(ChatFields(**{name: getattr(chat, name) for name in ChatFields.__struct_fields__}))
    for name in archive.names:
        name_from(name.name)
    for place, message in enumerate(archive.messages, start=1):
        try:
            words(message.author or "", field="author")
            for parts, reply in (
                (message.parts, message.reply),
                *((each.parts, each.reply) for each in message.earlier),
            ):
                parts_from(parts)
                reply_from(reply)
        except InvalidInput as error:
            raise InvalidInput(
                f"Message {place} of the file cannot be kept, and nothing was imported. "
                f"{error.message}",
                field="file",
            ) from None
    return archive, notes


def _number(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
