"""Which kind of file it is that somebody brings, and the chat that is in it."""

import re
from datetime import tzinfo
from typing import Any

from tapster.core.errors import InvalidInput
from tapster.formats import chat_documents, sillytavern_chats
from tapster.formats.archives import Archive
from tapster.formats.strict_json import read_json

_UNKNOWN = (
    "The file is no chat we know: there are those Tapster exports as JSON, and SillyTavern's "
    "(.jsonl). Other programs' chats, characters, lorebooks and presets cannot be imported yet."
)

_LONGEST_TITLE = 300
_MARK, _NEAR = chat_documents.FORMAT.encode(), 200


def read_chat(
    raw: bytes, *, name: str, now: float, zone: tzinfo | None
) -> tuple[Archive, tuple[str, ...]]:
    """Return the chat in a file, and what of it was left out. Raises `InvalidInput`.

    `name` is the name of the file; dates without a zone are read in `zone`.
    """
    text = raw.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text.startswith(b"{"):
        raise InvalidInput(_UNKNOWN if text else "The file is empty.", field="file")
    value = _value_in(text)
    if value.get("format") == chat_documents.FORMAT:
        return chat_documents.read_document(value), ()
    if not (sillytavern_chats.is_header(value) or sillytavern_chats.is_message(value)):
        raise InvalidInput(_UNKNOWN, field="file")
    return sillytavern_chats.read_chat(raw, title=_stem(name), now=now, zone=zone)


def _value_in(text: bytes) -> dict[str, Any]:
    """Return the object on the first line, or the one that goes over all lines."""
    first = text.partition(b"\n")[0]
    try:
        value = read_json(first, what="Line 1 of the file")
    except InvalidInput as of_line:
        try:
            value = read_json(text, what="The file")
        except InvalidInput as of_file:
            raise (of_file if _MARK in text[:_NEAR] else of_line) from None
    return value if isinstance(value, dict) else {}


def _stem(name: str) -> str:
    """Return the name of a file without its folders and its ending, on one line."""
    last = re.split(r"[/\\]", name)[-1]
    stem = re.sub(r"\.(jsonl?|txt)$", "", last, flags=re.IGNORECASE)
    return " ".join(stem.split())[:_LONGEST_TITLE]
