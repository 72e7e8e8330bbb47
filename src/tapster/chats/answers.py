"""Where a run's answer goes in the tree: every step can be undone like a person's own."""

from collections.abc import Callable
from typing import Any

import msgspec

from tapster.chats.changes import Changes
from tapster.chats.folding import continued
from tapster.chats.views import fall_back
from tapster.core.chats import ChatMessage, Edition, Reply
from tapster.core.errors import NotFound
from tapster.core.messages import Part
from tapster.core.run_events import MessageAdded
from tapster.core.runs import Chosen, Run
from tapster.store import Rows


class Answers:
    """Writes answers into chats. `new_id` invents ids."""

    def __init__(self, new_id: Callable[[], str]) -> None:
        self._new_id = new_id

    async def add(
        self,
        rows: Rows,
        run: Run,
        *,
        chosen: Chosen,
        answered_by: str | None,
        seq: int,
        at: float,
    ) -> MessageAdded:
        """Add an empty answer, and move the chat's head to it if nobody moved it meanwhile.

        One that was added before, though that was reported as failed, is not added again.
        Raises `NotFound` when the chat was deleted for good.
        """
        chat = await rows.chats.by_id(run.chat_id, hold=True)
        if chat is None:
            raise NotFound("The chat was deleted for good while an answer was written.")
        if known := await rows.runs.by_id(run.id):
            run = known
        model = (chosen.connection, chosen.source, chosen.model, answered_by)
        if run.message_id is not None:
            return MessageAdded(seq, run.message_id, chat.head == run.message_id, *model)
        message = ChatMessage(
            id=self._new_id(),
            chat_id=chat.id,
            parent_id=await rows.paths.living_above(run.parent_id),
            role="assistant",
            reply=Reply(
                connection=chosen.connection,
                source=chosen.source,
                model=chosen.model,
                answered_by=answered_by,
                began_at=run.started_at,
            ),
            run_id=run.id,
            created_at=at,
            updated_at=at,
        )
        shown = chat.head == run.head_id
        changes = Changes(rows, chat, person=run.owner, at=at)
        await changes.add_message(message)
        if shown:
            if chat.head is not None and run.target_id is not None:
                await rows.messages.leave(run.target_id, chat.head)
            await changes.place_head(message.id)
        await changes.keep("reply", message.id)
        await rows.runs.note_message(run.id, message.id)
        return MessageAdded(seq, message.id, shown, *model)

    async def fill(
        self, rows: Rows, run: Run, *, parts: tuple[Part, ...], reply: Reply, at: float
    ) -> None:
        """Give the answer its words. Where a person wrote others meanwhile, theirs stay, and
        these are the version that was edited: undoing the edit brings them forth.
        """
        # Held first: what a person does to the answer now would make another version of it.
        chat = await rows.chats.by_id(run.chat_id, hold=True)
        message = await rows.messages.by_id(run.message_id or "")
        if chat is None or message is None:
            raise NotFound("The answer was deleted for good while it was written.")
        if message.version > 1:
            await self._fill_editions(rows, message, parts=parts, reply=reply)
        await rows.messages.fill(
            message.id,
            parts=message.parts or parts,
            reply=reply,
            run_id=run.id,
            at=message.updated_at if message.parts else at,
        )

    async def _fill_editions(
        self, rows: Rows, message: ChatMessage, *, parts: tuple[Part, ...], reply: Reply
    ) -> None:
        """Give the words to where the answer was edited, or an edit undone, before it had any."""
        written: dict[str, Any] = msgspec.to_builtins({"parts": parts, "reply": reply})
        for number, patches in await rows.journal.edits_of(message.chat_id, message.id):
            for patch in patches:
                for each in patch.ids if patch.noun == "edition" else ():
                    edition = await rows.editions.by_id(each)
                    if edition is not None and not edition.parts:
                        await rows.editions.patch([each], written)
            filled = tuple(
                msgspec.structs.replace(
                    patch,
                    before=_filled(patch.before, written),
                    after=_filled(patch.after, written),
                )
                for patch in patches
            )
            if filled != patches:
                await rows.journal.rewrite(number, filled)

    async def take_back(self, rows: Rows, run: Run, *, at: float) -> bool:
        """Delete an answer that never got a word, as if it had not begun; say whether it was so."""
        chat = await rows.chats.by_id(run.chat_id, hold=True)
        message = await rows.messages.by_id(run.message_id or "")
        if message is None or chat is None or message.parts or message.deleted_at is not None:
            return False
        if await rows.messages.children(chat.id, message.id):
            return False
        changes = Changes(rows, chat, person=run.owner, at=at)
        await changes.set_messages([message.id], "deleted_at", old=None, new=at)
        if chat.head == message.id:
            await changes.place_head(await fall_back(rows, chat, message))
        await changes.keep("delete", message.id)
        return True

    async def go_on(
        self, rows: Rows, run: Run, *, parts: tuple[Part, ...], reply: Reply, at: float
    ) -> None:
        """Have the continued message go on with `parts`; what it said before is kept."""
        chat = await rows.chats.by_id(run.chat_id, hold=True)
        message = await rows.messages.by_id(run.target_id or "")
        if chat is None or message is None:
            raise NotFound("The message was deleted for good while it was continued.")
        changes = Changes(rows, chat, person=run.owner, at=at)
        await changes.add_edition(
            Edition(
                id=self._new_id(),
                message_id=message.id,
                parts=message.parts,
                reply=message.reply,
                run_id=message.run_id,
                created_at=message.updated_at,
                replaced_at=at,
            )
        )
        await changes.write_message(
            message,
            parts=continued(message.parts, parts),
            reply=reply,
            run_id=run.id,
            editions=message.editions + 1,
            updated_at=at,
        )
        await changes.keep("edit", message.id)


def _filled(fields: dict[str, Any], written: dict[str, Any]) -> dict[str, Any]:
    """Return `fields` of a patch with what was written in place of nothing."""
    if fields.get("parts") != []:
        return fields
    return fields | {name: value for name, value in written.items() if name in fields}
