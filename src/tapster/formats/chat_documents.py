"""Chats as one JSON document: everything that is in a chat, and nothing that is elsewhere.

{"format": "tapster-chat", "version": 1, "chat": {…},
 "messages": [{"role": "user", "parts": […], …}, {"below": 1, …}],
 "names": [{"message": 2, "name": "…"}], "files": [{"number": 1, "content": "<base64>", …}]}
"""

from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from tapster.core.errors import InvalidInput
from tapster.formats.archives import (
    MOST_MESSAGES,
    Archive,
    Conversation,
    Kept,
    Named,
    Written,
    is_tree,
)

FORMAT = "tapster-chat"
VERSION = 1
ENDING = b"\n]}\n"

_MOST_FILES = 10_000
_AT_ONCE = 200

Value = TypeVar("Value")
_encode = msgspec.json.Encoder().encode


def opening_of(archive: Archive) -> Iterator[bytes]:
    """Yield the document up to where its files begin."""
    yield b'{"format":%b,"version":%d,\n"chat":%b' % (
        _encode(FORMAT),
        VERSION,
        _encode(archive.chat),
    )
    yield b',\n"messages":[\n'
    for at in range(0, len(archive.messages), _AT_ONCE):
        some = archive.messages[at : at + _AT_ONCE]
        yield (b",\n" if at else b"") + b",\n".join(map(_encode, some))
    yield b'\n],\n"names":%b,\n"files":[\n' % _encode(archive.names)


def piece_of(file: Kept, *, first: bool) -> bytes:
    """Return the piece of the document that holds a file. `ENDING` comes after the last one."""
    return (b"" if first else b",\n") + _encode(file)


def read_document(value: dict[str, Any]) -> Archive:
    """Return the chat in a document that was read as JSON. Raises `InvalidInput`."""
    if value.get("version") != VERSION:
        raise InvalidInput(
            f"The file is of version {str(value.get('version'))[:20]} of its format, and this "
            f"Tapster reads version {VERSION}: update Tapster, and import it again.",
            field="file",
        )
    unknown = value.keys() - {"format", "version", "chat", "messages", "names", "files"}
    if unknown:
        raise _wrong(f"it has `{min(unknown)[:60]}`, which this version knows nothing of")
    messages = _all_of(value, "messages", Written, most=MOST_MESSAGES)
    archive = Archive(
        chat=_read(value.get("chat"), Conversation, "chat"),
        messages=messages,
        names=_all_of(value, "names", Named, most=MOST_MESSAGES),
        files=_all_of(value, "files", Kept, most=_MOST_FILES),
    )
    if sum(len(each.earlier) for each in messages) > MOST_MESSAGES:
        raise _wrong(f"its messages have more than {MOST_MESSAGES:,} earlier versions")
    if not is_tree(messages):
        raise _wrong("its messages are no tree: some hang on one another, or on nothing")
    named = [archive.chat.head, *(each.message for each in archive.names)]
    if any(place is not None and place > len(messages) for place in named):
        raise _wrong("it names a message that is not in it")
    if len({each.number for each in archive.files}) < len(archive.files):
        raise _wrong("two of its files have the same number")
    return archive


def _all_of(
    document: dict[str, Any], name: str, kind: type[Value], *, most: int
) -> tuple[Value, ...]:
    values = document.get(name, [])
    if not isinstance(values, list):
        raise _wrong(f"`{name}` is no list")
    if len(values) > most:
        raise _wrong(f"`{name}` has {len(values):,} entries and may have {most:,}")
    # One by one: what converts a value lets no other thread run before it is done.
    return tuple([_read(each, kind, f"{name}[{at}]") for at, each in enumerate(values)])


def _read(value: Any, kind: type[Value], where: str) -> Value:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise _wrong(f"{where}: {str(error)[:300]}") from None
    except (RecursionError, OverflowError, ValueError):
        raise _wrong(f"{where} cannot be read") from None


def _wrong(why: str) -> InvalidInput:
    return InvalidInput(f"The file is no chat as Tapster writes them: {why}.", field="file")
