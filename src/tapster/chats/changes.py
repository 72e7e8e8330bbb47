"""One change in the making: rows are written, and what was done is kept to be undone."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from tapster.core.chats import (
    Change,
    ChangeKind,
    Chat,
    ChatMessage,
    Checkpoint,
    Edition,
    Patch,
)
from tapster.store import Rows

# These say how new a row is, not what it is.
_UNTOLD = {"version", "number"}


class Changes:
    """What is done to one chat, held by the transaction, in one step of its journal.

    A new row is one that was deleted before: undoing marks it again. Nothing ever vanishes.
    """

    def __init__(self, rows: Rows, chat: Chat, *, person: str, at: float) -> None:
        self.rows = rows
        self.chat = chat
        self.at = at
        self._person = person
        self._patches: list[Patch] = []

    async def add_message(self, message: ChatMessage) -> ChatMessage:
        """Add a message."""
        added = await self.rows.messages.add(message)
        self._added("message", message.id)
        return added

    async def add_edition(self, edition: Edition) -> None:
        """Keep what a message says before it is edited."""
        await self.rows.editions.add(edition)
        self._added("edition", edition.id)

    async def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Add a named place."""
        await self.rows.checkpoints.add(checkpoint)
        self._added("checkpoint", checkpoint.id)

    async def write_message(self, old: ChatMessage, **fields: Any) -> ChatMessage:
        """Change fields of a message, and return it with its next version."""
        newer = await self.rows.messages.write(msgspec.structs.replace(old, **fields))
        self._told("message", old, newer)
        return newer

    async def write_chat(self, **fields: Any) -> Chat:
        """Change fields of the chat, and return it with its next version."""
        old = self.chat
        newer = msgspec.structs.replace(old, **fields)
        self.chat = await self.rows.chats.write(newer)
        self._told("chat", old, newer)
        return self.chat

    async def set_messages(self, ids: Sequence[str], field: str, *, old: Any, new: Any) -> None:
        """Change one field that is the same in all of these messages."""
        if ids and old != new:
            await self.rows.messages.patch(ids, {field: new})
            self._patch("message", ids, {field: old}, {field: new})

    async def set_checkpoint(self, checkpoint: Checkpoint, **fields: Any) -> Checkpoint:
        """Change fields of a checkpoint."""
        newer = msgspec.structs.replace(checkpoint, **fields)
        await self.rows.checkpoints.patch([checkpoint.id], fields)
        self._told("checkpoint", checkpoint, newer)
        return newer

    async def place_head(self, head: str | None) -> None:
        """Move the head of the chat, and its time of last change."""
        await self.rows.chats.place_head(self.chat.id, head, at=self.at)
        if head != self.chat.head:
            self._patch("chat", [self.chat.id], {"head": self.chat.head}, {"head": head})
        self.chat = msgspec.structs.replace(self.chat, head=head, updated_at=self.at)

    async def keep(self, kind: ChangeKind, subject: str | None = None) -> Change | None:
        """Write the step into the journal, if anything was done."""
        if not self._patches:
            return None
        change = Change(
            chat_id=self.chat.id, person=self._person, kind=kind, subject=subject, at=self.at
        )
        return await self.rows.journal.add(change, tuple(self._patches))

    def _added(self, noun: Literal["message", "edition", "checkpoint"], new: str) -> None:
        self._patch(noun, [new], {"deleted_at": self.at}, {"deleted_at": None})

    def _told(self, noun: Any, old: msgspec.Struct, newer: msgspec.Struct) -> None:
        before: dict[str, Any] = msgspec.to_builtins(old)
        after: dict[str, Any] = msgspec.to_builtins(newer)
        differ = [
            name
            for name in old.__struct_fields__
            if name not in _UNTOLD and before[name] != after[name]
        ]
        self._patch(
            noun,
            [before["id"]],
            {name: before[name] for name in differ},
            {name: after[name] for name in differ},
        )

    def _patch(
        self, noun: Any, ids: Sequence[str], before: dict[str, Any], after: dict[str, Any]
    ) -> None:
        if after:
            self._patches.append(Patch(noun=noun, ids=tuple(ids), before=before, after=after))
