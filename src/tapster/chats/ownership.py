"""Whose a chat or message is: another's is as unknown as one that never was."""

from msgspec import UNSET, UnsetType

from tapster.core.chats import Chat, ChatMessage, Checkpoint
from tapster.core.errors import Conflict, InvalidInput, NotFound
from tapster.store import Rows


async def chat_of(rows: Rows, owner: str, chat_id: str, *, hold: bool = False) -> Chat:
    """Return the living chat `chat_id` of `owner`, or raise `NotFound`."""
    chat = await any_chat_of(rows, owner, chat_id, hold=hold)
    if chat.deleted_at is not None:
        raise NotFound("This chat was deleted: restore it, or choose another.")
    return chat


async def any_chat_of(rows: Rows, owner: str, chat_id: str, *, hold: bool = False) -> Chat:
    """Return the chat `chat_id` of `owner`, deleted or not, or raise `NotFound`."""
    chat = await rows.chats.by_id(_id(chat_id), hold=hold)
    if chat is None or chat.owner != owner:
        raise NotFound("There is no such chat.")
    return chat


async def message_of(
    rows: Rows, owner: str, message_id: str, *, hold: bool = False, deleted: bool = False
) -> tuple[Chat, ChatMessage]:
    """Return a message of `owner` and its living chat, or raise `NotFound`.

    With `hold` others who would change the chat wait until the transaction ends; with `deleted`
    the message may be a deleted one.
    """
    message = await rows.messages.by_id(_id(message_id))
    chat = await rows.chats.by_id(message.chat_id, hold=hold) if message else None
    if message is None or chat is None or chat.owner != owner:
        raise NotFound("There is no such message.")
    if hold:  # it may have been changed while the chat was waited for
        message = await rows.messages.by_id(message_id) or message
    if chat.deleted_at is not None:
        raise NotFound("The chat of this message was deleted: restore it first.")
    if message.deleted_at is not None and not deleted:
        raise NotFound("This message was deleted: restore it first.")
    return chat, message


async def parent_of(rows: Rows, chat: Chat, message_id: str, *, field: str = "parent") -> str:
    """Return the id of a living message of `chat`. Raises `InvalidInput`, or `Conflict`."""
    found = await rows.messages.by_id(_id(message_id))
    if found is None or found.chat_id != chat.id:
        raise InvalidInput(f"`{field}` is no message of this chat.", field=field)
    if found.deleted_at is not None:
        raise Conflict(
            f"The message named as `{field}` was deleted in the meantime: restore it, or choose "
            "another.",
            newer=found,
        )
    return found.id


async def checkpoint_of(rows: Rows, owner: str, checkpoint_id: str) -> tuple[Chat, Checkpoint]:
    """Return a checkpoint of `owner` and its chat, held, or raise `NotFound`."""
    found = await rows.checkpoints.by_id(_id(checkpoint_id))
    if found is None or found.deleted_at is not None:
        raise NotFound("There is no such checkpoint.")
    chat = await rows.chats.by_id(found.chat_id, hold=True)
    if chat is None or chat.owner != owner:
        raise NotFound("There is no such checkpoint.")
    return chat, found


def refuse_stale(seen: int | None, newer: Chat | ChatMessage) -> None:
    """Raise `Conflict` with the newer state when somebody changed it since version `seen`."""
    if seen is None or seen == newer.version:
        return
    what = "chat" if isinstance(newer, Chat) else "message"
    raise Conflict(
        f"The {what} was changed elsewhere in the meantime (you saw version {seen}, it is at "
        f"{newer.version}): look at it again and repeat your change.",
        newer=newer,
    )


def refuse_moved(seen: str | UnsetType | None, chat: Chat) -> None:
    """Raise `Conflict` with the chat when its path ends elsewhere than where it was `seen` to."""
    if seen is UNSET or seen == chat.head:
        return
    raise Conflict(
        "Something was said or shown in this chat in the meantime: its path ends elsewhere than "
        "you saw. Look at it again and repeat what you said.",
        newer=chat,
    )


def _id(given: str) -> str:
    # What no database can look for is no id either.
    return given if given.isascii() and given.isprintable() else ""
