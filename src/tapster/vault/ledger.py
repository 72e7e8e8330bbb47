"""Several master keys in one text, a line each, so that two can stand side by side.

While a vault gets a new master key, the old and the new line are both there; whichever the
vault's header names after a crash can be read. Vaults of several data folders may share a text.
"""

import base64
import binascii

from tapster.vault.masters import Lock

_HEADING = "# Tapster's master keys. Keep this apart from your data, and keep a copy safe.\n"


def key_in(text: str, lock: Lock) -> bytes | None:
    """Return the master key of `lock` in `text`, if it is there whole."""
    for line in text.splitlines():
        words = line.split()
        if len(words) == 3 and words[:2] == [lock.vault, lock.master]:
            try:
                key = base64.b64decode(words[2], validate=True)
            except binascii.Error:
                return None
            return key if len(key) == 32 else None
    return None


def with_key(text: str, lock: Lock, key: bytes) -> str:
    """Return `text` with one more line for `lock`."""
    if text and not text.endswith("\n"):
        text += "\n"
    return f"{text or _HEADING}{lock.vault} {lock.master} {base64.b64encode(key).decode()}\n"


def without_keys(text: str, vault: str, *, keep: str) -> str:
    """Return `text` without the lines of `vault`, but for its key named `keep`."""
    return "".join(
        line
        for line in text.splitlines(keepends=True)
        if line.split()[:1] != [vault] or line.split()[1:2] == [keep]
    )
