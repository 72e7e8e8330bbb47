"""Undo and redo: what was done to a chat, step by step, back and forth."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from tapster.chats.limits import how_many
from tapster.chats.ownership import any_chat_of
from tapster.core.chats import Change, Chat, ChatMessage, Checkpoint, Edition, Patch
from tapster.core.errors import Conflict
from tapster.store import Rows, Store

# Too long, or not the row's own, to be compared: `editions` tells of every edit.
_NOT_COMPARED = {"parts", "reply", "run_id", "updated_at", "head"}


class Journal:
    """The steps of each chat."""

    def __init__(self, store: Store, *, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def of(self, owner: str, chat_id: str, *, limit: int = 50) -> tuple[Change, ...]:
        """Return the newest steps of a chat, newest first."""
        async with self._store.read() as rows:
            chat = await any_chat_of(rows, owner, chat_id)
            return await rows.journal.of(chat.id, limit=how_many(limit))

    async def undo(self, owner: str, chat_id: str) -> Change | None:
        """Take back the last step of a chat, deleted or not; `None` when there is none.

        Raises `Conflict` when what it did was changed since by something that is no step.
        """
        async with self._store.begin() as rows:
            chat = await any_chat_of(rows, owner, chat_id, hold=True)
            change = await rows.journal.last_done(chat.id)
            if change is None:
                return None
            patches = await rows.journal.patches_of(change.number)
            back = [_turned(patch) for patch in reversed(patches)]
            await self._apply(rows, chat, back, change)
            await rows.journal.drop_undone_before(change)
            undone = msgspec.structs.replace(change, state="undone")
            await rows.journal.mark(undone)
            return undone

    async def redo(self, owner: str, chat_id: str) -> Change | None:
        """Do again what was undone last; `None` when there is nothing, or something was done
        since.
        """
        async with self._store.begin() as rows:
            chat = await any_chat_of(rows, owner, chat_id, hold=True)
            change = await rows.journal.first_undone(chat.id)
            if change is None:
                return None
            patches = await rows.journal.patches_of(change.number)
            await self._apply(rows, chat, patches, change)
            done = msgspec.structs.replace(change, state="done")
            await rows.journal.mark(done)
            return done

    async def _apply(
        self, rows: Rows, chat: Chat, patches: Sequence[Patch], change: Change
    ) -> None:
        heads = []
        for patch in patches:
            if patch.noun == "chat":
                if "head" in patch.after:
                    heads.append(patch)
                await _patch_chat(rows, chat.id, patch, change)
                continue
            await _refuse_changed(rows, patch, change)
            kept = getattr(rows, f"{patch.noun}s")
            await kept.patch(patch.ids, patch.after)
        await _refuse_orphans(rows, chat, patches)
        head = chat.head
        for patch in heads:
            if head == patch.before["head"] or not await _lives(rows, head):
                head = patch.after["head"]
        if not await _lives(rows, head):
            head = await rows.paths.living_above(head)
        if head is None and (firsts := await rows.messages.children(chat.id, None)):
            head = await rows.paths.leaf_of(chat.id, firsts[-1].id)
        await rows.chats.place_head(chat.id, head, at=self._clock())


def _turned(patch: Patch) -> Patch:
    return msgspec.structs.replace(patch, before=patch.after, after=patch.before)


async def _lives(rows: Rows, head: str | None) -> bool:
    if head is None:
        return True
    found = await rows.messages.by_id(head)
    return found is not None and found.deleted_at is None


async def _patch_chat(rows: Rows, chat_id: str, patch: Patch, change: Change) -> None:
    fields = {name: value for name, value in patch.after.items() if name != "head"}
    if not fields:
        return
    chat = await rows.chats.by_id(chat_id)
    if chat is None:
        return
    told: dict[str, Any] = msgspec.to_builtins(chat)
    _refuse_other(told, patch, change, newer=chat)
    await rows.chats.write(msgspec.convert(told | fields, Chat))


async def _refuse_changed(rows: Rows, patch: Patch, change: Change) -> None:
    """Raise `Conflict` when rows are not as the step left them."""
    found: list[ChatMessage | Edition | Checkpoint] = []
    if patch.noun == "message":
        found += await rows.messages.by_ids(patch.ids)
    else:
        kept = rows.editions if patch.noun == "edition" else rows.checkpoints
        found += [
            kept_one for each in patch.ids if (kept_one := await kept.by_id(each)) is not None
        ]
    for one in found:
        told = {name: getattr(one, name) for name in patch.before}
        _refuse_other(told, patch, change, newer=one)


def _refuse_other(
    told: dict[str, Any], patch: Patch, change: Change, *, newer: msgspec.Struct
) -> None:
    for name, value in patch.before.items():
        if name not in _NOT_COMPARED and told[name] != value:
            raise Conflict(
                f"The step {change.kind!r} cannot be taken back or done again: what it changed "
                "was changed again since.",
                newer=newer,
            )


async def _refuse_orphans(rows: Rows, chat: Chat, patches: Sequence[Patch]) -> None:
    """Raise `Conflict` when messages would go from above others that stay."""
    for patch in patches:
        if patch.noun == "message" and patch.after.get("deleted_at") is not None:
            below = await rows.messages.siblings(chat.id, list(patch.ids))
            if any(below.values()):
                raise Conflict(
                    "The step cannot be taken back: something was written below the message "
                    "since. Delete that first."
                )
