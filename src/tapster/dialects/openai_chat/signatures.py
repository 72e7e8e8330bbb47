"""The signature of a tool call, where Google's OpenAI-like endpoint puts it: `extra_content`."""

from typing import Any

import msgspec
from msgspec import Struct


class _Signed(Struct):
    thought_signature: str


class _ExtraContent(Struct):
    google: _Signed


def read_signature(extra_content: object) -> str | None:
    """Return the thought signature in `extra_content`, if there is one."""
    try:
        found = msgspec.convert(extra_content, _ExtraContent)
    except msgspec.ValidationError:
        return None
    return found.google.thought_signature or None


def write_signature(signature: str) -> dict[str, Any]:
    """Return the `extra_content` that carries `signature`."""
    written: dict[str, Any] = msgspec.to_builtins(_ExtraContent(_Signed(signature)))
    return written
