"""What is too much, or no text at all: refused before anything is written."""

import re

import msgspec

from tapster.core.chats import ChatFields, Reply, attachments_of
from tapster.core.errors import InvalidInput
from tapster.core.messages import Part, Text
from tapster.store import Rows

MOST_BYTES = 4 * 1024 * 1024
"""How large a message may be, with all of its parts, as JSON."""

MOST_PARTS = 100
LONGEST_NAME = 300
LONGEST_SYSTEM = 1_000_000
MOST_AT_ONCE = 500
"""How many messages, chats or hits may be asked for at once."""

# A NUL in JSON, and not a backslash followed by these letters.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def parts_from(said: str | tuple[Part, ...], *, field: str = "parts") -> tuple[Part, ...]:
    """Return the parts of a message; words alone are one part. Raises `InvalidInput`."""
    parts = (Text(said),) if isinstance(said, str) else tuple(said)
    name = "text" if isinstance(said, str) else field
    if len(parts) > MOST_PARTS:
        raise InvalidInput(
            f"The message has {len(parts):,} parts and may have {MOST_PARTS}: send it as several "
            "messages.",
            field=name,
        )
    # What is too long in characters is not encoded to see that it is too long in bytes.
    size = len(said) if isinstance(said, str) else 0
    if size <= MOST_BYTES:
        size = len(_encoded(parts, name))
    if size > MOST_BYTES:
        raise InvalidInput(
            f"The message has {size:,} bytes or more and may have {MOST_BYTES:,}: shorten it, or "
            "attach the long part as a file.",
            field=name,
        )
    return parts


def reply_from(reply: Reply | None, *, field: str = "reply") -> Reply | None:
    """Return how an answer came to be, as a file tells it. Raises `InvalidInput`."""
    if reply is not None and len(_encoded(reply, field)) > MOST_BYTES:
        raise InvalidInput(f"`{field}` has more than {MOST_BYTES:,} bytes.", field=field)
    return reply


async def refuse_missing_attachments(rows: Rows, owner: str, parts: tuple[Part, ...]) -> None:
    """Raise `InvalidInput` when `parts` refer to a file that `owner` does not have."""
    ids = attachments_of(parts)
    if ids and set(ids) - await rows.attachments.owned(owner, ids):
        raise InvalidInput(
            "A part refers to an attachment that does not exist: add the file first.",
            field="parts",
        )


def words(text: str, *, field: str, most: int = LONGEST_NAME) -> str:
    """Return `text` if it can be kept. Raises `InvalidInput`."""
    if len(text) > most:
        raise InvalidInput(
            f"`{field}` has {len(text):,} characters and may have {most:,}: shorten it.",
            field=field,
        )
    _encoded(text, field)
    return text


def name_from(text: str, *, field: str = "name") -> str:
    """Return a name a person gave, on one line and not empty. Raises `InvalidInput`."""
    name = " ".join(words(text, field=field).split())
    if not name:
        raise InvalidInput(f"`{field}` is empty: write a name of at least one sign.", field=field)
    return name


def fields_from(fields: ChatFields) -> ChatFields:
    """Return what a person set of a chat if it can be kept. Raises `InvalidInput`."""
    for field in ("title", "connection", "model", "character"):
        value = getattr(fields, field)
        if isinstance(value, str):
            words(value, field=field)
    if isinstance(fields.system, str):
        words(fields.system, field="system", most=LONGEST_SYSTEM)
    if fields.settings is not msgspec.UNSET:
        _encoded(fields.settings, "settings")
    return fields


def how_many(limit: int, *, most: int = MOST_AT_ONCE) -> int:
    """Return `limit` if so many may be asked for. Raises `InvalidInput`."""
    if not 1 <= limit <= most:
        raise InvalidInput(f"`limit` is a number from 1 to {most}.", field="limit")
    return limit


def _encoded(value: object, field: str) -> bytes:
    try:
        encoded = msgspec.json.encode(value)
    except (UnicodeError, RecursionError, ValueError, OverflowError):
        raise _unkept(field) from None
    if _NUL.search(encoded):
        raise _unkept(field)
    return encoded


def _unkept(field: str) -> InvalidInput:
    return InvalidInput(
        f"`{field}` holds what no database can keep (a NUL, or half a surrogate pair): remove it "
        "and send it again.",
        field=field,
    )
