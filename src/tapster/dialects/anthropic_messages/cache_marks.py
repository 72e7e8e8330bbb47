"""Marks where a prompt may be cached: at most four in one request."""

from collections.abc import Iterator
from typing import Any

from tapster.core.messages import CacheMark
from tapster.dialects.notices import Notices

_LIMIT = 4


def mark(block: dict[str, Any], cache: CacheMark | None) -> dict[str, Any]:
    """Return `block`, marked if `cache` says so."""
    if cache is not None:
        block["cache_control"] = {"type": "ephemeral"}
        if cache.ttl is not None:
            block["cache_control"]["ttl"] = cache.ttl
    return block


def keep_four(body: dict[str, Any], notices: Notices) -> None:
    """Take marks out of `body` until four are left: the last, which hold the longest prefixes.

    A mark on the body itself counts as one of them.
    """
    marked = list(_marked(body))
    surplus = len(marked) + ("cache_control" in body) - _LIMIT
    if surplus <= 0:
        return
    for block in marked[:surplus]:
        del block["cache_control"]
    notices.tell(
        f"The {surplus} earliest cache marks were not sent: {notices.to} takes four of them.",
        "cache",
    )


def _marked(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the marked blocks in the order of the prompt."""
    turns = [turn["content"] for turn in body["messages"]]
    for blocks in (body.get("tools"), body.get("system"), *turns):
        yield from _marked_among(blocks)


def _marked_among(blocks: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(blocks, list):
        return
    for block in blocks:
        yield from _marked_among(block.get("content"))
        if "cache_control" in block:
            yield block
