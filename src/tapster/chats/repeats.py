"""What is sent twice is said once: a request that is repeated with its key."""

import hashlib
from typing import NamedTuple

from msgspec import Struct

from tapster.core.chats import Chat, ChatMessage
from tapster.core.errors import Conflict, InvalidInput
from tapster.core.messages import Part, Role
from tapster.core.runs import Run
from tapster.store import Rows

_LONGEST_KEY = 255


class Words(Struct, frozen=True, kw_only=True):
    """What is said under a key, below `parent` where that was named."""

    parts: tuple[Part, ...]
    parent: str | None = None
    role: Role = "user"
    author: str | None = None
    answered: bool = False


class Before(NamedTuple):
    """What was said under the same key before, and the run that answers it."""

    message: ChatMessage
    run: Run | None


def id_from(chat: Chat, key: str) -> str:
    """Return the id of what is said in `chat` under `key`, which no other chat can have."""
    if not 0 < len(key) <= _LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise InvalidInput(
            f"The key of a request is 1 to {_LONGEST_KEY} plain signs: choose a random one for "
            "each message.",
            field="Idempotency-Key",
        )
    return hashlib.sha256(f"said {chat.owner} {chat.id} {key}".encode()).hexdigest()[:32]


async def said_before(rows: Rows, chat: Chat, key: str, words: Words) -> Before | None:
    """Return what was said in `chat`, which is held, under `key`, if anything was.

    Raises `Conflict` with the message when that was something else, or is deleted.
    """
    message = await rows.messages.by_id(id_from(chat, key))
    if message is None:
        return None
    if message.deleted_at is not None:
        raise Conflict(
            "This was said already, and deleted since: restore it, or choose another key.",
            newer=message,
        )
    run = await rows.runs.answering(chat.id, message.id)
    once = [edition.parts for edition in await rows.editions.of(message.id)]
    same = (
        words.parts in (message.parts, *once)
        and words.parent in (None, message.parent_id)
        and (words.role, words.author) == (message.role, message.author)
        and words.answered == (run is not None)
    )
    if not same:
        raise Conflict(
            "Something else was said with this key already: choose a new one for each message.",
            newer=message,
        )
    return Before(message, run)
