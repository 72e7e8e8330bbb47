"""Messages written in OpenAI's shape, with the quirks of one endpoint."""

import re
from collections.abc import Sequence
from typing import Any

from tapster.core.messages import (
    Image,
    Message,
    Opaque,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)
from tapster.dialects.notices import Notices
from tapster.dialects.openai_chat.details import is_sealed, write_block, write_detail
from tapster.dialects.openai_chat.parts import DIALECT, write_content, write_part
from tapster.dialects.openai_chat.quirks import Quirks
from tapster.dialects.openai_chat.signatures import write_signature

_NAME_REFUSES = re.compile(r"[\s<|\\/>]+")


def write_messages(
    messages: Sequence[Message], quirks: Quirks, notices: Notices
) -> list[dict[str, Any]]:
    """Return `messages` as the endpoint wants them."""
    written: list[dict[str, Any]] = []
    for number, message in enumerate(messages):
        if message.role == "assistant":
            written.append(_assistant(message, quirks, notices))
        else:
            written += _other(message, quirks, notices)
        if message.prefix and number == len(messages) - 1 and message.role == "assistant":
            _mark_prefix(written[-1], quirks, notices)
        if not quirks.names:
            notices.omit_name(message)
    return written


def _other(message: Message, quirks: Quirks, notices: Notices) -> list[dict[str, Any]]:
    """Return a turn of anyone but the model: tool results first, each as a message of its own."""
    written = [_tool_result(part, quirks) for part in message.parts if isinstance(part, ToolResult)]
    rest = [part for part in message.parts if not isinstance(part, ToolResult)]
    if rest or not written:
        role = "user" if message.role == "tool" else message.role
        if role == "developer" and not quirks.developer:
            role = "system"
        turn: dict[str, Any] = {"role": role, "content": _content(rest, quirks, notices)}
        written.append(_named(turn, message, quirks))
    if quirks.speaks_ours and message.extra:
        written[-1] = {**message.extra, **written[-1]}
    return written


def _content(parts: Sequence[Part], quirks: Quirks, notices: Notices) -> str | list[dict[str, Any]]:
    kept: list[Part] = []
    for part in parts:
        if write_part(part, cache_marks=False) is None:
            notices.omit_part(part)
        else:
            kept.append(part)
    return write_content(kept, as_text=quirks.parts_as_text, cache_marks=quirks.cache_marks)


def _tool_result(result: ToolResult, quirks: Quirks) -> dict[str, Any]:
    parts: list[Part] = list(result.parts)
    last = parts[-1] if parts else None
    if result.cache is not None and isinstance(last, Text) and last.cache is None:
        parts[-1] = Text(last.text, cache=result.cache)
    content = write_content(parts, as_text=quirks.parts_as_text, cache_marks=quirks.cache_marks)
    turn: dict[str, Any] = {"role": "tool", "tool_call_id": result.call_id, "content": content}
    if result.name and quirks.names:
        turn["name"] = result.name
    return turn


def _assistant(message: Message, quirks: Quirks, notices: Notices) -> dict[str, Any]:
    """Return a turn of the model. Its sound cannot go back: that needs an id we never had."""
    content: list[Part] = []
    images: list[dict[str, Any]] = []
    turn: dict[str, Any] = {"role": "assistant", "content": None}
    for part in message.parts:
        match part:
            case Text():
                content.append(part)
            case Opaque() if part.dialect == DIALECT:
                content.append(part)
            case Refusal():
                turn["refusal"] = turn.get("refusal", "") + part.text
            case Image() if quirks.replay_images:
                images.append({"type": "image_url", "image_url": {"url": part.url}})
            case Reasoning() | ToolCall():
                pass
            case _:
                notices.omit_part(part)
    calls = [_tool_call(call, quirks) for call in message.tool_calls]
    if content or not (calls or turn.get("refusal") or images):
        turn["content"] = write_content(
            content, as_text=quirks.parts_as_text, cache_marks=quirks.cache_marks, joint=""
        )
    if images:
        turn["images"] = images
    _replay_reasoning(turn, message, quirks)
    if calls:
        turn["tool_calls"] = calls
    if quirks.speaks_ours and message.extra:
        turn = {**message.extra, **turn}
    return _named(turn, message, quirks)


def _tool_call(call: ToolCall, quirks: Quirks) -> dict[str, Any]:
    written: dict[str, Any] = {
        "id": call.id,
        "type": "function",
        # A call without arguments may have come with nothing at all, which is not JSON.
        "function": {"name": call.name, "arguments": call.arguments or "{}"},
    }
    # Only endpoints that take thinking back know the field; others refuse what they do not know.
    if call.signature is not None and quirks.replay_reasoning != "never":
        written["extra_content"] = write_signature(call.signature)
    return written


def _replay_reasoning(turn: dict[str, Any], message: Message, quirks: Quirks) -> None:
    mode = quirks.replay_reasoning
    if mode == "never" or (mode in {"tool_loop", "blocks"} and not message.tool_calls):
        return
    thinking = [part for part in message.parts if isinstance(part, Reasoning)]
    if mode == "blocks":
        if blocks := [block for block in map(write_block, thinking) if block]:
            turn["thinking_blocks"] = blocks
        return
    if mode == "details":
        sealed = [write_detail(part) for part in thinking if is_sealed(part)]
        if sealed:
            turn["reasoning_details"] = sealed
        thinking = [part for part in thinking if not is_sealed(part)]
    words = "".join(part.text for part in thinking) or quirks.reasoning_filler
    if words:
        turn[quirks.reasoning_field] = words


def _mark_prefix(turn: dict[str, Any], quirks: Quirks, notices: Notices) -> None:
    if quirks.prefill in {"prefix", "partial"}:
        turn[quirks.prefill] = True
    elif quirks.prefill == "none":
        notices.cannot_continue()


def _named(turn: dict[str, Any], message: Message, quirks: Quirks) -> dict[str, Any]:
    if message.name and quirks.names:
        name = _NAME_REFUSES.sub("_", message.name)[:64]
        if name.strip("_"):
            turn["name"] = name
    return turn
