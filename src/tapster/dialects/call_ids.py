"""Ids for tool calls of providers that give none."""

import hashlib


def call_id(*seed: object) -> str:
    """Return an id that is the same for the same `seed`, and another for any other.

    The seed is what tells the call apart: the reply's own id or the length of the history, the
    choice, and the slot. The shape (letters, digits, `_`, 25 characters) is taken everywhere.
    """
    digest = hashlib.sha256("\x1f".join(map(str, seed)).encode("utf-8", "replace")).hexdigest()
    return f"call_{digest[:20]}"
