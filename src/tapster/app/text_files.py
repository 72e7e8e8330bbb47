"""Attached texts: they go to models as words, which every model takes and which can be counted."""

import re

from msgspec import structs

from tapster.core.chats import ATTACHMENT, Line
from tapster.core.messages import File, Part, Text
from tapster.store import Rows, Store

_NEVER_TEXT = ("image/", "audio/", "video/", "application/pdf")
_FENCES = re.compile("`{3,}")


async def in_words(store: Store, owner: str, line: Line) -> Line:
    """Return `line` with the texts attached to it as words; other files stay as they are."""
    if line.hidden or not any(map(_refers, line.parts)):
        return line
    async with store.read() as rows:
        parts = [await _worded(rows, owner, part) for part in line.parts]
    return structs.replace(line, parts=tuple(parts))


def _refers(part: Part) -> bool:
    return isinstance(part, File) and part.url is not None and part.url.startswith(ATTACHMENT)


async def _worded(rows: Rows, owner: str, part: Part) -> Part:
    if not isinstance(part, File) or not _refers(part):
        return part
    attachment_id = (part.url or "").removeprefix(ATTACHMENT)
    known = await rows.attachments.by_id(attachment_id)
    if known is None or known.owner != owner or known.media_type.startswith(_NEVER_TEXT):
        return part
    text = _decoded(await rows.attachments.content_of(attachment_id) or b"")
    return part if text is None else Text(fenced(part.name or known.name, text))


def _decoded(content: bytes) -> str | None:
    """Return the text that `content` is; `None` where it is none."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text.replace("\r\n", "\n")


def fenced(name: str, text: str) -> str:
    """Return a text below its name, between fences that it does not contain itself."""
    fence = "`" * (max([2, *map(len, _FENCES.findall(text))]) + 1)
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    language = ending if ending.isalnum() and ending != "txt" else ""
    return "\n".join((f"{name}:", fence + language, text.removesuffix("\n"), fence, "", ""))
