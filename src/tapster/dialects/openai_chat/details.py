"""Sealed reasoning as it travels: OpenRouter's `reasoning_details`, LiteLLM's thinking blocks."""

from collections.abc import Sequence
from typing import Any, Literal

from tapster.core.messages import Reasoning
from tapster.dialects.json_values import text_in

_KINDS: dict[str, Literal["text", "summary", "encrypted"]] = {
    "reasoning.text": "text",
    "reasoning.summary": "summary",
    "reasoning.encrypted": "encrypted",
    "thinking": "text",
    "redacted_thinking": "encrypted",
}
_ANTHROPIC = "anthropic-claude-v1"


def read_detail(item: object) -> Reasoning | None:
    """Return one item of `reasoning_details` or `thinking_blocks`, or `None` if it is neither."""
    if not isinstance(item, dict):
        return None
    name = item.get("type")
    kind = _KINDS.get(name) if isinstance(name, str) else None
    if kind is None or name is None:
        return None
    index = item.get("index")
    told = (text_in(item.get(field)) for field in ("text", "summary", "thinking"))
    return Reasoning(
        text=next(filter(None, told), ""),
        kind=kind,
        signature=text_in(item.get("signature")),
        encrypted=text_in(item.get("data")),
        id=text_in(item.get("id")),
        format=text_in(item.get("format"))
        or (None if name.startswith("reasoning.") else _ANTHROPIC),
        index=index if isinstance(index, int) and not isinstance(index, bool) else None,
    )


def write_detail(part: Reasoning) -> dict[str, Any]:
    """Return `part` as an item of `reasoning_details`."""
    item: dict[str, Any] = {"type": f"reasoning.{part.kind}"}
    if part.kind == "summary":
        item["summary"] = part.text
    elif part.kind == "encrypted":
        item["data"] = part.encrypted or ""
    else:
        item["text"] = part.text
    seal = {
        "signature": part.signature,
        "id": part.id,
        "format": part.format,
        "index": part.index,
    }
    return item | {name: value for name, value in seal.items() if value is not None}


def write_block(part: Reasoning) -> dict[str, Any] | None:
    """Return `part` as a thinking block, or `None` for one that Anthropic has not sealed."""
    if part.format != _ANTHROPIC:
        return None
    if part.kind == "encrypted" and part.encrypted:
        return {"type": "redacted_thinking", "data": part.encrypted}
    if part.kind == "text" and part.signature:
        return {"type": "thinking", "thinking": part.text, "signature": part.signature}
    return None


def is_sealed(part: Reasoning) -> bool:
    """Whether `part` carries more than readable words, so that it must go back unchanged."""
    return (
        part.kind != "text"
        or part.signature is not None
        or part.encrypted is not None
        or part.id is not None
        or part.format is not None
        or part.index is not None
    )


class Sealing:
    """Puts the fragments of one choice's sealed reasoning together, in order."""

    def __init__(self) -> None:
        self._pieces: list[list[Reasoning]] = []
        self._by_index: dict[tuple[int, str], list[Reasoning]] = {}

    def add(self, fragment: Reasoning) -> None:
        """Append `fragment` to the piece it continues, or begin a new piece with it."""
        piece = self._continued_by(fragment)
        if piece is not None:
            piece.append(fragment)
            return
        self._pieces.append([fragment])
        if fragment.index is not None:
            self._by_index[fragment.index, fragment.kind] = self._pieces[-1]

    def take(self) -> list[Reasoning]:
        """Return the finished pieces, and forget them."""
        pieces, self._pieces = self._pieces, []
        self._by_index = {}
        return [_joined(piece) for piece in pieces]

    def _continued_by(self, fragment: Reasoning) -> list[Reasoning] | None:
        if fragment.index is not None:
            return self._by_index.get((fragment.index, fragment.kind))
        # Without an index only the last piece can go on, until its seal has come.
        last = self._pieces[-1] if self._pieces else None
        if last is None or fragment.kind == "encrypted" or last[-1].kind != fragment.kind:
            return None
        return None if last[-1].signature is not None else last


def _joined(piece: Sequence[Reasoning]) -> Reasoning:
    first = piece[0]
    if len(piece) == 1:
        return first
    # A sealed block may be sent again whole when it is complete.
    sealed = list(dict.fromkeys(part.encrypted for part in piece if part.encrypted))
    return Reasoning(
        text="".join(part.text for part in piece),
        kind=first.kind,
        signature=next((part.signature for part in reversed(piece) if part.signature), None),
        encrypted="".join(sealed) or None,
        id=next((part.id for part in piece if part.id), None),
        format=next((part.format for part in piece if part.format), None),
        index=first.index,
    )
