"""Chats made of others: a path of one, or the whole tree."""

from collections.abc import Callable, Sequence

import msgspec

from tapster.core.chats import Chat, ChatMessage
from tapster.store import Rows


async def copy(
    rows: Rows,
    chat: Chat,
    messages: Sequence[ChatMessage],
    *,
    title: str,
    head: str | None,
    new_id: Callable[[], str],
    at: float,
) -> tuple[Chat, dict[str, str]]:
    """Keep a new chat set up as `chat`, with copies of `messages`, and the new id of each.

    Copies begin without earlier versions; who wrote them, when and how, stays. Answers that are
    being written are left out: what names one means the message above it.
    """
    unfinished = await unfinished_in(rows, chat, messages)
    messages = [message for message in messages if message.id not in unfinished]
    ids = {message.id: new_id() for message in messages}
    for left_out in unfinished:
        above: str | None = left_out
        while above in unfinished:
            above = unfinished[above]
        if above is not None:
            ids[left_out] = ids[above]
    made = msgspec.structs.replace(
        chat,
        id=new_id(),
        title=title,
        titled_by="person" if title else "nobody",
        head=None if head is None else ids.get(head),
        pinned=False,
        created_at=at,
        updated_at=at,
        version=1,
        deleted_at=None,
    )
    await rows.chats.add(made)
    await rows.messages.add_all(
        [
            msgspec.structs.replace(
                message,
                id=ids[message.id],
                chat_id=made.id,
                parent_id=None if message.parent_id is None else ids.get(message.parent_id),
                number=0,
                run_id=None,
                editions=0,
                version=1,
            )
            for message in messages
        ]
    )
    return made, ids


async def unfinished_in(
    rows: Rows, chat: Chat, messages: Sequence[ChatMessage]
) -> dict[str, str | None]:
    """Return what stands above each of the answers that are being written."""
    written = {run.message_id for run in await rows.runs.running_in(chat.id)}
    return {
        message.id: message.parent_id
        for message in messages
        if message.id in written and not message.parts
    }
