"""Chats: made, found, set up, deleted and brought back."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec

from tapster.chats.attachments import Attachments
from tapster.chats.changes import Changes
from tapster.chats.copies import copy
from tapster.chats.journal import Journal
from tapster.chats.limits import fields_from, how_many, words
from tapster.chats.outlines import Outlines
from tapster.chats.ownership import any_chat_of, chat_of, message_of, refuse_stale
from tapster.chats.tree import Tree
from tapster.chats.views import Views
from tapster.chats.windows import Windows
from tapster.core.chats import (
    ChangeKind,
    Chat,
    ChatFields,
    ChatPage,
    HitPage,
    TitledBy,
)
from tapster.core.errors import Conflict, InvalidInput
from tapster.core.messages import Role
from tapster.store import Store

# More than any path anybody walked by hand; it is read and written in one transaction.
_LONGEST_COPY = 100_000


class Chats:
    """The chats of every person; each function takes the `owner` whose chats are meant.

    `version` is the version of the chat its caller saw: a stale one raises `Conflict` with the
    newer chat.
    """

    def __init__(
        self, store: Store, *, new_id: Callable[[], str], clock: Callable[[], float]
    ) -> None:
        self.tree = Tree(store, new_id=new_id, clock=clock)
        self.views = Views(store, new_id=new_id, clock=clock)
        self.windows = Windows(store)
        self.outlines = Outlines(store)
        self.journal = Journal(store, clock=clock)
        self.attachments = Attachments(store, new_id=new_id, clock=clock)
        self._store = store
        self._new_id = new_id
        self._clock = clock

    async def create(self, owner: str, fields: ChatFields = ChatFields()) -> Chat:  # noqa: B008  # a constant
        """Begin a chat."""
        given = _given(fields_from(fields))
        at = self._clock()
        chat = Chat(id=self._new_id(), owner=owner, created_at=at, updated_at=at)
        chat = msgspec.structs.replace(
            chat, **given, titled_by="person" if given.get("title") else "nobody"
        )
        async with self._store.begin() as rows:
            await rows.chats.add(chat)
        return chat

    async def get(self, owner: str, chat_id: str) -> Chat:
        """Return a chat, or raise `NotFound`."""
        async with self._store.read() as rows:
            return await chat_of(rows, owner, chat_id)

    async def find(self, owner: str, chat_id: str) -> Chat:
        """Return a chat, deleted or not, or raise `NotFound`."""
        async with self._store.read() as rows:
            return await any_chat_of(rows, owner, chat_id)

    async def chat_of_message(self, owner: str, message_id: str) -> Chat:
        """Return the chat a message is in, or raise `NotFound`."""
        async with self._store.read() as rows:
            return (await message_of(rows, owner, message_id))[0]

    async def list(
        self,
        owner: str,
        *,
        limit: int = 50,
        after: str | None = None,
        deleted: bool = False,
        character: str | None = None,
        titled: str | None = None,
    ) -> ChatPage:
        """Return some chats, pinned ones first, then those that changed last.

        `after` is the `next` of the page before; `titled` is what occurs in their titles.
        """
        async with self._store.read() as rows:
            return await rows.chats.of(
                owner,
                limit=how_many(limit),
                after=after,
                deleted=deleted,
                character=character,
                titled=None if titled is None else words(titled, field="q"),
            )

    async def configure(
        self, owner: str, chat_id: str, fields: ChatFields, *, version: int | None = None
    ) -> Chat:
        """Set what is given in `fields`."""
        given = _given(fields_from(fields))
        if "title" in given:
            given["titled_by"] = "person"
        async with self._change(owner, chat_id, "configure", version=version) as changes:
            return await changes.write_chat(**given, updated_at=changes.at)

    async def rename(
        self,
        owner: str,
        chat_id: str,
        title: str,
        *,
        titled_by: TitledBy = "person",
        version: int | None = None,
    ) -> Chat:
        """Give a chat another title."""
        title = " ".join(words(title, field="title").split())
        async with self._change(owner, chat_id, "rename", version=version) as changes:
            return await changes.write_chat(title=title, titled_by=titled_by)

    async def pin(
        self, owner: str, chat_id: str, *, pinned: bool = True, version: int | None = None
    ) -> Chat:
        """Keep a chat on top of the list, or no longer."""
        async with self._change(owner, chat_id, "pin", version=version) as changes:
            return await changes.write_chat(pinned=pinned)

    async def delete(self, owner: str, chat_id: str, *, version: int | None = None) -> None:
        """Delete a chat; `restore` brings it back."""
        async with self._change(owner, chat_id, "delete-chat", version=version) as changes:
            await changes.write_chat(deleted_at=changes.at)

    async def restore(self, owner: str, chat_id: str) -> Chat:
        """Bring a deleted chat back as it was."""
        async with self._store.begin() as rows:
            chat = await any_chat_of(rows, owner, chat_id, hold=True)
            if chat.deleted_at is None:
                return chat
            changes = Changes(rows, chat, person=owner, at=self._clock())
            restored = await changes.write_chat(deleted_at=None)
            await changes.keep("restore-chat", chat.id)
            return restored

    async def purge(self, owner: str, chat_id: str) -> None:
        """Remove a deleted chat for good, with every word in it and the files it alone used."""
        async with self._store.begin() as rows:
            chat = await any_chat_of(rows, owner, chat_id, hold=True)
            if chat.deleted_at is None:
                raise Conflict(
                    "The chat is not deleted: delete it first, then for good.", newer=chat
                )
            files = await rows.attachments.used_in(chat.id)
            await rows.chats.remove(chat.id)
            await rows.attachments.remove_unused(owner, files)

    async def duplicate(self, owner: str, chat_id: str, *, title: str | None = None) -> Chat:
        """Copy a chat with its whole tree and its named places into a new one."""
        async with self._store.begin() as rows:
            chat = await chat_of(rows, owner, chat_id)
            messages = await rows.messages.of(chat.id)
            places = await rows.checkpoints.of(chat.id)
            made, ids = await copy(
                rows,
                chat,
                messages,
                title=_title_of(chat, title),
                head=chat.head,
                new_id=self._new_id,
                at=self._clock(),
            )
            for place in places:
                if place.message_id not in ids:
                    continue
                await rows.checkpoints.add(
                    msgspec.structs.replace(
                        place,
                        id=self._new_id(),
                        chat_id=made.id,
                        message_id=ids[place.message_id],
                    )
                )
            return made

    async def duplicate_path(
        self, owner: str, message_id: str, *, title: str | None = None
    ) -> Chat:
        """Copy the path that ends at a message into a new chat: a branch of its own."""
        async with self._store.begin() as rows:
            chat, message = await message_of(rows, owner, message_id)
            path = await rows.paths.up(message.id, limit=_LONGEST_COPY + 1)
            if len(path) > _LONGEST_COPY:
                raise InvalidInput(
                    f"The path to this message has more than {_LONGEST_COPY:,} messages: copy the "
                    "whole chat, or a path that ends further up.",
                    field="message",
                )
            made, _ = await copy(
                rows,
                chat,
                path[::-1],
                title=_title_of(chat, title),
                head=message.id,
                new_id=self._new_id,
                at=self._clock(),
            )
            return made

    async def search(
        self,
        owner: str,
        query: str,
        *,
        role: Role | None = None,
        character: str | None = None,
        chat_id: str | None = None,
        since: float | None = None,
        until: float | None = None,
        limit: int = 20,
        after: int | None = None,
    ) -> HitPage:
        """Return the newest messages in which all words, "phrases" and prefixes* occur.

        `windows.around` opens a hit in its branch; `after` is the `next` of the page before.
        """
        if after is not None and not 0 <= after < 1 << 53:
            raise InvalidInput("`after` is what an earlier page gave as `next`.", field="after")
        async with self._store.read() as rows:
            if chat_id is not None:
                await chat_of(rows, owner, chat_id)
            return await rows.search.find(
                owner,
                query,
                role=role,
                character=character,
                chat_id=chat_id,
                since=since,
                until=until,
                limit=how_many(limit, most=100),
                after=after,
            )

    @asynccontextmanager
    async def _change(
        self, owner: str, chat_id: str, kind: ChangeKind, *, version: int | None
    ) -> AsyncIterator[Changes]:
        async with self._store.begin() as rows:
            chat = await chat_of(rows, owner, chat_id, hold=True)
            refuse_stale(version, chat)
            changes = Changes(rows, chat, person=owner, at=self._clock())
            yield changes
            await changes.keep(kind, chat.id)


def _given(fields: ChatFields) -> dict[str, object]:
    return {
        name: value
        for name in fields.__struct_fields__
        if (value := getattr(fields, name)) is not msgspec.UNSET
    }


def _title_of(chat: Chat, title: str | None) -> str:
    return chat.title if title is None else words(title, field="title")
