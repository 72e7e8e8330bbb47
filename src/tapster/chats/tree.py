"""What is said, and what becomes of it: every step can be undone."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from tapster.chats.changes import Changes
from tapster.chats.limits import how_many, parts_from, refuse_missing_attachments, words
from tapster.chats.ownership import (
    any_chat_of,
    chat_of,
    message_of,
    parent_of,
    refuse_moved,
    refuse_stale,
)
from tapster.chats.repeats import Words, id_from, said_before
from tapster.chats.titles import title_from
from tapster.chats.views import fall_back
from tapster.core.chats import Chat, ChatMessage, Edition, Reply
from tapster.core.errors import InvalidInput, NotFound
from tapster.core.messages import Part, Role, Text
from tapster.store import Rows, Store


class Tree:
    """Messages below messages.

    `version` is the version of the message its caller saw: a stale one raises `Conflict` with
    the newer message. Inside a `Store.begin` of the same task these join that transaction.
    """

    def __init__(
        self, store: Store, *, new_id: Callable[[], str], clock: Callable[[], float]
    ) -> None:
        self._store = store
        self._new_id = new_id
        self._clock = clock

    async def say(
        self,
        owner: str,
        chat_id: str,
        said: str | tuple[Part, ...],
        *,
        parent: str | None = None,
        version: int | None = None,
        head: str | UnsetType | None = UNSET,
        key: str | None = None,
        role: Role = "user",
        author: str | None = None,
    ) -> ChatMessage:
        """Add a message below `parent` (not given: below the head) and move the head to it.

        `version` is the version of the chat, and `head` the end of its path, that the caller
        saw. With a `key` that was used before, what was said then is returned.
        """
        parts = parts_from(said)
        async with self._store.begin() as rows:
            chat = await chat_of(rows, owner, chat_id, hold=True)
            if key is not None:
                again = Words(parts=parts, parent=parent, role=role, author=author)
                if before := await said_before(rows, chat, key, again):
                    return before.message
            refuse_stale(version, chat)
            refuse_moved(head, chat)
            above = chat.head if parent is None else await parent_of(rows, chat, parent)
            message = self._message(chat, above, parts, role=role, author=author)
            if key is not None:
                message = msgspec.structs.replace(message, id=id_from(chat, key))
            return await self._grow(rows, owner, chat, message)

    async def swipe(
        self,
        owner: str,
        message_id: str,
        said: str | tuple[Part, ...],
        *,
        author: str | None = None,
        reply: Reply | None = None,
    ) -> ChatMessage:
        """Add an alternative beside a message and move the head to it."""
        parts = parts_from(said)
        async with self._store.begin() as rows:
            chat, beside = await message_of(rows, owner, message_id, hold=True)
            message = self._message(
                chat, beside.parent_id, parts, role=beside.role, author=author or beside.author
            )
            message = msgspec.structs.replace(message, reply=reply)
            return await self._grow(rows, owner, chat, message)

    async def add(self, owner: str, message: ChatMessage, *, follow: bool = True) -> ChatMessage:
        """Add a message as a run made it, and move the head to it if `follow`.

        Where its parent was deleted in the meantime it is kept as deleted along with it, so
        that restoring the one brings back the other.
        """
        async with self._store.begin() as rows:
            chat = await any_chat_of(rows, owner, message.chat_id, hold=True)
            if message.parent_id is not None:
                above = await rows.messages.by_id(message.parent_id)
                if above is None or above.chat_id != chat.id:
                    raise InvalidInput("`parent` is no message of this chat.", field="parent")
                if above.deleted_at is not None:
                    gone = msgspec.structs.replace(message, deleted_at=above.deleted_at)
                    return await rows.messages.add(gone)
            return await self._grow(rows, owner, chat, message, follow=follow)

    async def edit(
        self,
        owner: str,
        message_id: str,
        said: str | tuple[Part, ...],
        *,
        version: int | None = None,
        **written: Any,
    ) -> ChatMessage:
        """Change what a message says; what it said is kept as an edition.

        A run that wrote it gives its `reply` and `run_id`, too.
        """
        parts = parts_from(said)
        async with self._store.begin() as rows:
            chat, message = await message_of(rows, owner, message_id, hold=True)
            refuse_stale(version, message)
            if parts == message.parts and not written:
                return message
            await refuse_missing_attachments(rows, owner, parts)
            changes = self._changes(rows, owner, chat)
            await changes.add_edition(
                Edition(
                    id=self._new_id(),
                    message_id=message.id,
                    parts=message.parts,
                    reply=message.reply,
                    run_id=message.run_id,
                    created_at=message.updated_at,
                    replaced_at=changes.at,
                )
            )
            edited = await changes.write_message(
                message,
                parts=parts,
                editions=message.editions + 1,
                updated_at=changes.at,
                **written,
            )
            await changes.keep("edit", message.id)
            return edited

    async def editions(self, owner: str, message_id: str) -> tuple[Edition, ...]:
        """Return the earlier versions of a message, oldest first."""
        async with self._store.read() as rows:
            _, message = await message_of(rows, owner, message_id)
            return await rows.editions.of(message.id)

    async def return_to(
        self, owner: str, message_id: str, edition_id: str, *, version: int | None = None
    ) -> ChatMessage:
        """Let a message say again what it said in an edition; what it says now is kept, too."""
        async with self._store.read() as rows:
            _, message = await message_of(rows, owner, message_id)
            edition = await rows.editions.by_id(edition_id)
        if edition is None or edition.message_id != message.id or edition.deleted_at is not None:
            raise NotFound("There is no such earlier version of this message.")
        return await self.edit(
            owner,
            message_id,
            edition.parts,
            version=version,
            reply=edition.reply,
            run_id=edition.run_id,
        )

    async def hide(
        self, owner: str, message_id: str, *, hidden: bool = True, version: int | None = None
    ) -> ChatMessage:
        """Keep a message out of prompts, or (`hidden=False`) let it in again."""
        async with self._store.begin() as rows:
            chat, message = await message_of(rows, owner, message_id, hold=True)
            refuse_stale(version, message)
            if message.hidden == hidden:
                return message
            changes = self._changes(rows, owner, chat)
            newer = await changes.write_message(message, hidden=hidden, updated_at=changes.at)
            await changes.keep("hide" if hidden else "unhide", message.id)
            return newer

    async def move_up(
        self, owner: str, message_id: str, *, version: int | None = None
    ) -> ChatMessage:
        """Let a message change places with the one above it."""
        async with self._store.begin() as rows:
            chat, message = await message_of(rows, owner, message_id, hold=True)
            refuse_stale(version, message)
            if message.parent_id is None:
                raise InvalidInput("This message is the first one: nothing is above it.")
            return await self._swap(rows, owner, chat, message)

    async def move_down(
        self, owner: str, message_id: str, *, version: int | None = None
    ) -> ChatMessage:
        """Let a message change places with the one below it on the path that is shown.

        Where it is not shown, that is the newest one below it.
        """
        async with self._store.begin() as rows:
            chat, message = await message_of(rows, owner, message_id, hold=True)
            refuse_stale(version, message)
            below = await rows.paths.step_below(message.id, chat.head) if chat.head else None
            if below is None:
                children = await rows.messages.children(chat.id, message.id)
                if not children:
                    raise InvalidInput("This message is the last one: nothing is below it.")
                below = children[-1].id
            _, child = await message_of(rows, owner, below)
            await self._swap(rows, owner, chat, child)
            return (await message_of(rows, owner, message.id))[1]

    async def move_below(
        self, owner: str, message_id: str, parent: str | None, *, version: int | None = None
    ) -> ChatMessage:
        """Hang a message, with all below it, below another (`None`: make it a first one)."""
        async with self._store.begin() as rows:
            chat, message = await message_of(rows, owner, message_id, hold=True)
            refuse_stale(version, message)
            if parent is not None:
                parent = await parent_of(rows, chat, parent)
                if await rows.paths.is_above(message.id, parent):
                    raise InvalidInput(
                        "A message cannot stand below itself: choose one that is not below it.",
                        field="parent",
                    )
            if parent == message.parent_id:
                return message
            changes = self._changes(rows, owner, chat)
            moved = await changes.write_message(message, parent_id=parent)
            await changes.keep("move", message.id)
            return moved

    async def delete(self, owner: str, message_id: str, *, version: int | None = None) -> None:
        """Delete one message; those below it move up to the one above it."""
        async with self._store.begin() as rows:
            chat, message = await message_of(rows, owner, message_id, hold=True)
            refuse_stale(version, message)
            changes = self._changes(rows, owner, chat)
            children = await rows.messages.children(chat.id, message.id)
            ids = [child.id for child in children]
            await changes.set_messages(ids, "parent_id", old=message.id, new=message.parent_id)
            await changes.set_messages([message.id], "deleted_at", old=None, new=changes.at)
            if chat.head == message.id:
                await changes.place_head(await fall_back(rows, chat, message))
            await changes.keep("delete", message.id)

    async def delete_below(self, owner: str, message_id: str, *, version: int | None = None) -> int:
        """Delete a message and all below it, and return how many those were."""
        async with self._store.begin() as rows:
            chat, message = await message_of(rows, owner, message_id, hold=True)
            refuse_stale(version, message)
            changes = self._changes(rows, owner, chat)
            shown = chat.head is not None and await rows.paths.is_above(message.id, chat.head)
            ids = await rows.paths.below(chat.id, message.id)
            await changes.set_messages(ids, "deleted_at", old=None, new=changes.at)
            if shown:
                await changes.place_head(await fall_back(rows, chat, message))
            await changes.keep("delete-below", message.id)
            return len(ids)

    async def deleted(
        self, owner: str, chat_id: str, *, limit: int = 100
    ) -> tuple[ChatMessage, ...]:
        """Return the deleted messages of a chat, those deleted last first."""
        async with self._store.read() as rows:
            chat = await chat_of(rows, owner, chat_id)
            return await rows.messages.deleted(chat.id, limit=how_many(limit))

    async def restore(self, owner: str, message_id: str) -> ChatMessage:
        """Bring a deleted message back, with those below it that were deleted along with it.

        Where the one above it is gone, it stands below the nearest one that is not.
        """
        async with self._store.begin() as rows:
            chat, message = await message_of(rows, owner, message_id, hold=True, deleted=True)
            if message.deleted_at is None:
                return message
            changes = self._changes(rows, owner, chat)
            gone_at = message.deleted_at
            ids = await rows.paths.below(chat.id, message.id, deleted_at=gone_at)
            above = await rows.paths.living_above(message.parent_id)
            await changes.set_messages([message.id], "parent_id", old=message.parent_id, new=above)
            await changes.set_messages(ids, "deleted_at", old=gone_at, new=None)
            if chat.head is None:
                await changes.place_head(await rows.paths.leaf_of(chat.id, message.id))
            await changes.keep("restore", message.id)
            return (await message_of(rows, owner, message.id))[1]

    async def _grow(
        self, rows: Rows, owner: str, chat: Chat, message: ChatMessage, *, follow: bool = True
    ) -> ChatMessage:
        await refuse_missing_attachments(rows, owner, message.parts)
        changes = self._changes(rows, owner, chat)
        added = await changes.add_message(message)
        if follow:
            await changes.place_head(added.id)
        if chat.titled_by == "nobody" and message.role == "user":
            title = title_from(part.text for part in message.parts if isinstance(part, Text))
            if title:
                await rows.chats.title_by_opening(chat.id, title)
        await changes.keep("reply" if message.role == "assistant" else "say", added.id)
        return added

    async def _swap(self, rows: Rows, owner: str, chat: Chat, message: ChatMessage) -> ChatMessage:
        """Let `message` change places with the one above it, which it has."""
        upper = (await rows.messages.by_ids([message.parent_id or ""]))[0]
        below = [child.id for child in await rows.messages.children(chat.id, message.id)]
        changes = self._changes(rows, owner, chat)
        await changes.set_messages(below, "parent_id", old=message.id, new=upper.id)
        moved = await changes.write_message(message, parent_id=upper.parent_id)
        await changes.write_message(upper, parent_id=message.id)
        if chat.head == message.id:
            await changes.place_head(upper.id)
        await changes.keep("move", message.id)
        return moved

    def _message(
        self,
        chat: Chat,
        parent_id: str | None,
        parts: tuple[Part, ...],
        *,
        role: Role,
        author: str | None,
    ) -> ChatMessage:
        at = self._clock()
        return ChatMessage(
            id=self._new_id(),
            chat_id=chat.id,
            parent_id=parent_id,
            role=role,
            author=None if author is None else words(author, field="author"),
            parts=parts,
            created_at=at,
            updated_at=at,
        )

    def _changes(self, rows: Rows, owner: str, chat: Chat) -> Changes:
        return Changes(rows, chat, person=owner, at=self._clock())
