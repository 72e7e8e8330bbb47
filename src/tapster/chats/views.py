"""Which path is shown: swipes, branches, named places."""

from collections.abc import Callable

from tapster.chats.changes import Changes
from tapster.chats.limits import name_from
from tapster.chats.ownership import chat_of, checkpoint_of, message_of
from tapster.core.chats import Chat, ChatMessage, Checkpoint, CheckpointKind
from tapster.store import Rows, Store


class Views:
    """The head of each chat, and the places in it that have a name.

    Where one looks is no change: moving the head is not in the journal, naming a place is.
    """

    def __init__(
        self, store: Store, *, new_id: Callable[[], str], clock: Callable[[], float]
    ) -> None:
        self._store = store
        self._new_id = new_id
        self._clock = clock

    async def select(self, owner: str, message_id: str) -> Chat:
        """Show the branch of a message: where it was left last, or its newest end."""
        async with self._store.begin() as rows:
            chat, message = await message_of(rows, owner, message_id, hold=True)
            if chat.head is not None:
                shown = await rows.paths.step_below(message.parent_id, chat.head)
                if shown == message.id:
                    return chat
                if shown is not None:
                    await rows.messages.leave(shown, chat.head)
            await rows.chats.place_head(chat.id, await leaf_of(rows, chat, message))
            return await chat_of(rows, owner, chat.id)

    async def switch(self, owner: str, message_id: str) -> Chat:
        """Show the path that ends at a message: what is said next goes below it."""
        async with self._store.begin() as rows:
            chat, message = await message_of(rows, owner, message_id, hold=True)
            await rows.chats.place_head(chat.id, message.id)
            return await chat_of(rows, owner, chat.id)

    async def branch(self, owner: str, message_id: str, name: str) -> Checkpoint:
        """Begin a named branch below a message, and show the path that ends there."""
        async with self._store.begin():
            made = await self._name(owner, message_id, name, kind="branch")
            await self.switch(owner, message_id)
            return made

    async def checkpoint(self, owner: str, message_id: str, name: str) -> Checkpoint:
        """Give a message a name, to come back to it."""
        return await self._name(owner, message_id, name, kind="checkpoint")

    async def checkpoints(self, owner: str, chat_id: str) -> tuple[Checkpoint, ...]:
        """Return the named places of a chat, oldest first."""
        async with self._store.read() as rows:
            chat = await chat_of(rows, owner, chat_id)
            return await rows.checkpoints.of(chat.id)

    async def rename(self, owner: str, checkpoint_id: str, name: str) -> Checkpoint:
        """Give a named place another name."""
        name = name_from(name)
        async with self._store.begin() as rows:
            chat, checkpoint = await checkpoint_of(rows, owner, checkpoint_id)
            changes = Changes(rows, chat, person=owner, at=self._clock())
            renamed = await changes.set_checkpoint(checkpoint, name=name)
            await changes.keep("rename-checkpoint", checkpoint.id)
            return renamed

    async def remove(self, owner: str, checkpoint_id: str) -> None:
        """Take its name from a place; the message stays."""
        async with self._store.begin() as rows:
            chat, checkpoint = await checkpoint_of(rows, owner, checkpoint_id)
            changes = Changes(rows, chat, person=owner, at=self._clock())
            await changes.set_checkpoint(checkpoint, deleted_at=changes.at)
            await changes.keep("remove-checkpoint", checkpoint.id)

    async def _name(
        self, owner: str, message_id: str, name: str, *, kind: CheckpointKind
    ) -> Checkpoint:
        name = name_from(name)
        async with self._store.begin() as rows:
            chat, message = await message_of(rows, owner, message_id, hold=True)
            changes = Changes(rows, chat, person=owner, at=self._clock())
            made = Checkpoint(
                id=self._new_id(),
                chat_id=chat.id,
                message_id=message.id,
                kind=kind,
                name=name,
                created_at=changes.at,
            )
            await changes.add_checkpoint(made)
            await changes.keep("add-checkpoint", made.id)
            return made


async def leaf_of(rows: Rows, chat: Chat, message: ChatMessage) -> str:
    """Return where the branch of a message ends: as it was left last, else its newest end."""
    left_at = await rows.messages.left_at(message.id)
    if left_at is not None:
        found = await rows.messages.by_id(left_at)
        if (
            found is not None
            and found.deleted_at is None
            and await rows.paths.is_above(message.id, left_at)
        ):
            return await rows.paths.leaf_of(chat.id, left_at)
    return await rows.paths.leaf_of(chat.id, message.id)


async def fall_back(rows: Rows, chat: Chat, gone: ChatMessage) -> str | None:
    """Return the head when what was shown is gone: the nearest alternative, else above it."""
    siblings = await rows.messages.children(chat.id, gone.parent_id)
    siblings = tuple(one for one in siblings if one.id != gone.id)
    if siblings:
        nearest = min(siblings, key=lambda one: abs(one.number - gone.number))
        return await leaf_of(rows, chat, nearest)
    return gone.parent_id
