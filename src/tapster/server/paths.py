"""Which addresses are taken as they stand: those that everyone reads alike."""

import re
from urllib.parse import unquote_to_bytes

_PLAIN = re.compile(rb"/|(?:/[A-Za-z0-9_~@:-][A-Za-z0-9._~@:-]*)+/?")
# A model's name may hold any character; below this only dots could lead out again.
_NAMES_OF_MODELS = b"/v1/models/"
_DOTS = frozenset((b".", b".."))


def is_plain(raw_path: bytes) -> bool:
    """Return whether `raw_path` means the same to whoever guards it and whoever routes it."""
    if _PLAIN.fullmatch(raw_path):
        return True
    if not raw_path.startswith(_NAMES_OF_MODELS):
        return False
    name = unquote_to_bytes(raw_path)
    return b"\0" not in name and not _DOTS & set(name.replace(b"\\", b"/").split(b"/"))
