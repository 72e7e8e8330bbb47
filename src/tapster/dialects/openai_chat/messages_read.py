"""Messages read: one turn of a client's request, in OpenAI's chat format."""

from typing import Any, get_args

import msgspec

from tapster.core.errors import InvalidInput
from tapster.core.messages import (
    File,
    Image,
    Message,
    Opaque,
    Part,
    Reasoning,
    Refusal,
    Role,
    Text,
    ToolCall,
    ToolResult,
)
from tapster.dialects.openai_chat.calls import Item
from tapster.dialects.openai_chat.details import read_detail
from tapster.dialects.openai_chat.parts import read_content
from tapster.dialects.openai_chat.signatures import read_signature

_ROLES: tuple[Role, ...] = get_args(Role)
_READ = frozenset(
    {
        "role",
        "content",
        "name",
        "tool_calls",
        "tool_call_id",
        "function_call",
        "refusal",
        "reasoning_content",
        "reasoning",
        "reasoning_details",
        "thinking_blocks",
        "images",
        "prefix",
        "partial",
    }
)


def read_message(fields: object, place: str) -> Message:
    """Return the message in `fields`, which stands at `place`; raise `InvalidInput`."""
    if not isinstance(fields, dict):
        raise _bad(place, "must be an object")
    said_role = fields.get("role")
    if said_role == "function":
        return _old_result(fields, place)
    role = next((role for role in _ROLES if role == said_role), None)
    if role is None:
        raise _bad(f"{place}.role", f"must be one of {', '.join(_ROLES)}")
    name = fields.get("name")
    if name is not None and not isinstance(name, str):
        raise _bad(f"{place}.name", "must be text")
    parts = read_content(fields.get("content"), f"{place}.content")
    if role == "tool":
        return _result(fields, parts, name, place)
    if role == "assistant":
        parts = _assistant(fields, parts, place)
    return Message(
        role=role,
        parts=parts,
        name=name,
        prefix=role == "assistant" and (fields.get("prefix") or fields.get("partial")) is True,
        extra=_extra(fields),
    )


def _extra(fields: dict[str, Any]) -> dict[str, Any]:
    """Return what we have no word for; clients send empty lists and nulls back as they got them."""
    return {
        name: value
        for name, value in fields.items()
        if name not in _READ and value is not None and value != []
    }


def _assistant(fields: dict[str, Any], said: tuple[Part, ...], place: str) -> tuple[Part, ...]:
    parts: list[Part] = [*_reasoning(fields), *said]
    refusal = fields.get("refusal")
    if isinstance(refusal, str) and refusal:
        parts.append(Refusal(refusal))
    images = fields.get("images")
    for image in images if isinstance(images, list) else ():
        inside = image.get("image_url") if isinstance(image, dict) else None
        if isinstance(inside, dict) and isinstance(inside.get("url"), str):
            parts.append(Image(inside["url"]))
    calls = fields.get("tool_calls")
    if calls is not None and not isinstance(calls, list):
        raise _bad(f"{place}.tool_calls", "must be a list")
    parts += [
        _tool_call(call, f"{place}.tool_calls[{number}]") for number, call in enumerate(calls or ())
    ]
    function = fields.get("function_call")
    if isinstance(function, dict) and isinstance(function.get("name"), str):
        parts.append(ToolCall(_old_id(function["name"]), function["name"], _text(function)))
    return tuple(parts)


def _reasoning(fields: dict[str, Any]) -> list[Part]:
    """Return the thinking of a turn: the sealed pieces, and the words where they hold none."""
    details = fields.get("reasoning_details") or fields.get("thinking_blocks")
    items = details if isinstance(details, list) else []
    sealed = [part for part in map(read_detail, items) if part is not None]
    words = fields.get("reasoning_content") or fields.get("reasoning")
    if isinstance(words, str) and words.strip() and not any(part.text for part in sealed):
        return [Reasoning(words), *sealed]
    return list(sealed)


def _tool_call(call: object, place: str) -> ToolCall:
    if not isinstance(call, dict):
        raise _bad(place, "must be an object")
    said = msgspec.convert(call, Item)
    function = said.called
    if not isinstance(function.get("name"), str):
        raise _bad(f"{place}.function.name", "must name the function")
    if said.id is not None and not isinstance(said.id, str):
        raise _bad(f"{place}.id", "must be text")
    return ToolCall(
        id=said.id or "",
        name=function["name"],
        arguments=_text(function),
        signature=read_signature(said.extra_content),
    )


def _text(function: dict[str, Any]) -> str:
    arguments = function.get("arguments", function.get("input"))
    return arguments if isinstance(arguments, str) else ""


def _result(
    fields: dict[str, Any], parts: tuple[Part, ...], name: str | None, place: str
) -> Message:
    call_id = fields.get("tool_call_id")
    if not isinstance(call_id, str):
        raise _bad(f"{place}.tool_call_id", "must name the call this answers")
    kept = tuple(part for part in parts if isinstance(part, Text | Image | File | Opaque))
    result = ToolResult(call_id=call_id, parts=kept, name=name)
    return Message(role="tool", parts=(result,), extra=_extra(fields))


def _old_result(fields: dict[str, Any], place: str) -> Message:
    """Return the answer to a `function_call` of the oldest form, which had no id."""
    name = fields.get("name")
    if not isinstance(name, str):
        raise _bad(f"{place}.name", "must name the function this answers")
    parts = read_content(fields.get("content"), f"{place}.content")
    kept = tuple(part for part in parts if isinstance(part, Text))
    return Message(role="tool", parts=(ToolResult(_old_id(name), kept, name=name),))


def _old_id(name: str) -> str:
    return f"call_{name}"


def _bad(field: str, complaint: str) -> InvalidInput:
    return InvalidInput(f"`{field}` {complaint}.", field=field)
