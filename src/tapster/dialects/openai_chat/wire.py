"""The pieces of a reply as they stand on the wire.

Every leaf is `Any`: imitators put lists, objects and nulls where OpenAI puts text, and a field
of the wrong type must cost that field, not the reply. Only the skeleton is typed, which makes
the common chunk cheap to read; a chunk with another skeleton is read again, tolerantly.
"""

import json
from typing import Any

import msgspec
from msgspec import Struct

from tapster.core.unreadable import UNREADABLE


class Delta(Struct, gc=False):
    """What a choice says, or adds to what it said."""

    content: Any = None
    reasoning_content: Any = None
    reasoning: Any = None
    thinking: Any = None
    reasoning_details: Any = None
    thinking_blocks: Any = None
    tool_calls: Any = None
    function_call: Any = None
    refusal: Any = None
    annotations: Any = None
    images: Any = None
    audio: Any = None
    extra_content: Any = None


class Choice(Struct, gc=False):
    """One alternative of the answer."""

    index: Any = 0
    delta: Delta | None = None
    message: Delta | None = None
    text: Any = None
    finish_reason: Any = None
    logprobs: Any = None
    error: Any = None


class Chunk(Struct, gc=False):
    """One event of a stream, or a whole reply."""

    id: Any = None
    object: Any = None
    created: Any = None
    model: Any = None
    system_fingerprint: Any = None
    choices: list[Choice] | None = None
    usage: Any = None
    error: Any = None
    x_groq: Any = None
    citations: Any = None
    search_results: Any = None
    detail: Any = None
    message: Any = None
    msg: Any = None
    code: Any = None
    type: Any = None
    base_resp: Any = None


_read_fast = msgspec.json.Decoder(Chunk).decode


def read_chunk(data: bytes) -> Chunk | None:
    """Return the chunk in `data`, or `None` if it is not JSON or no object."""
    try:
        return _read_fast(data)
    except UNREADABLE:
        return _read_tolerantly(data)


def read_document(data: bytes) -> object:
    """Return the JSON in `data`, or `None` if there is none."""
    try:
        return msgspec.json.decode(data)
    except UNREADABLE:
        pass
    try:
        # The standard parser takes NaN and lone surrogates, which some servers write; the second
        # reading leaves nothing in the text that could not be written again.
        found = json.loads(data.decode("utf-8", "replace"), strict=False)
        return json.loads(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _read_tolerantly(data: bytes) -> Chunk | None:
    document = read_document(data)
    if isinstance(document, list) and document:
        document = document[0]
    if not isinstance(document, dict):
        return None
    choices = document.get("choices")
    if isinstance(choices, dict):
        choices = [choices]
    kept = {name: value for name, value in document.items() if name in Chunk.__struct_fields__}
    kept["choices"] = (
        [_choice(choice) for choice in choices if isinstance(choice, dict)]
        if isinstance(choices, list)
        else None
    )
    return Chunk(**kept)


def _choice(fields: dict[str, Any]) -> Choice:
    kept = {name: value for name, value in fields.items() if name in Choice.__struct_fields__}
    kept["delta"] = _delta(fields.get("delta"))
    kept["message"] = _delta(fields.get("message"))
    return Choice(**kept)


def _delta(fields: object) -> Delta | None:
    if isinstance(fields, str):
        return Delta(content=fields)
    if not isinstance(fields, dict):
        return None
    return Delta(
        **{name: value for name, value in fields.items() if name in Delta.__struct_fields__}
    )
