"""Requests as Cohere v2 takes them: OpenAI's shapes, with names of its own."""

from collections.abc import Sequence
from typing import Any

import msgspec

from tapster.core.events import Noticed
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
    joined_text,
)
from tapster.core.requests import ChatRequest, Settings, Tool, ToolChoice
from tapster.dialects.notices import Notices

DIALECT = "cohere-chat"

_FIELDS = {
    "temperature": "temperature",
    "top_p": "p",
    "top_k": "k",
    "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty",
    "max_tokens": "max_tokens",
    "seed": "seed",
    "logprobs": "logprobs",
}
TAKES = frozenset({*_FIELDS, "stop", "reasoning_effort", "reasoning_tokens"})
_KNOWN = frozenset(
    {
        "documents",
        "citation_options",
        "safety_mode",
        "strict_tools",
        "thinking",
        "priority",
        "raw_prompting",
        "p",
        "k",
        "stop_sequences",
    }
)


def encode_body(request: ChatRequest) -> tuple[dict[str, Any], tuple[Noticed, ...]]:
    """Return the body and what of `request` had no place in it."""
    notices = Notices("Cohere's API")
    notices.omit_settings(request.settings, TAKES)
    body: dict[str, Any] = {
        "model": request.model,
        "messages": _messages(request.messages, notices),
        "stream": request.stream,
    }
    body |= _settings(request.settings)
    tools = _chosen(request.tools, request.tool_choice, notices)
    if tools:
        body["tools"] = [_tool(tool) for tool in tools]
    if request.tool_choice and request.tool_choice.mode != "auto":
        body["tool_choice"] = "NONE" if request.tool_choice.mode == "none" else "REQUIRED"
    if any(tool.strict for tool in tools):
        body["strict_tools"] = True
    if request.parallel_tool_calls is False:
        notices.omit_fields(["parallel_tool_calls"])
    wanted = request.response_format
    if wanted and wanted.kind != "text":
        body["response_format"] = {"type": "json_object"}
        if wanted.kind == "json_schema" and wanted.schema is not None:
            body["response_format"]["json_schema"] = wanted.schema
    body |= {name: value for name, value in request.extra.items() if name in _KNOWN}
    notices.omit_fields(name for name in request.extra if name not in _KNOWN)
    return body, notices.told()


def _settings(settings: Settings) -> dict[str, Any]:
    body = {
        field: value
        for name, field in _FIELDS.items()
        if (value := getattr(settings, name)) is not None
    }
    if settings.stop:
        body["stop_sequences"] = list(settings.stop)
    if settings.reasoning_tokens is not None:
        body["thinking"] = {"type": "enabled", "token_budget": settings.reasoning_tokens}
    elif settings.reasoning_effort is not None:
        # Cohere knows thinking on and off; how much is said by a budget only.
        off = settings.reasoning_effort == "none"
        body["thinking"] = {"type": "disabled" if off else "enabled"}
    return body


def _chosen(tools: Sequence[Tool], choice: ToolChoice | None, notices: Notices) -> Sequence[Tool]:
    own = [tool for tool in tools if tool.raw is None]
    for tool in tools:
        if tool.raw is not None:
            notices.omit_tool(tool)
    if choice is None or choice.mode != "tool":
        return own
    notices.tell(
        f"The tool “{choice.name}” was offered alone: {notices.to} cannot be told which to call.",
        "tool_choice",
    )
    return [tool for tool in own if tool.name == choice.name]


def _tool(tool: Tool) -> dict[str, Any]:
    function: dict[str, Any] = {"name": tool.name}
    if tool.description is not None:
        function["description"] = tool.description
    function["parameters"] = tool.parameters or {"type": "object", "properties": {}}
    return {"type": "function", "function": function}


def _messages(messages: Sequence[Message], notices: Notices) -> list[dict[str, Any]]:
    encoded: list[dict[str, Any]] = []
    for message in messages:
        notices.omit_name(message)
        notices.omit_extra(message)
        if message.prefix:
            notices.cannot_continue()
        encoded += _turns(message, notices)
    return encoded


def _turns(message: Message, notices: Notices) -> list[dict[str, Any]]:
    if message.role == "assistant":
        turn = _assistant(message, notices)
        return [turn] if len(turn) > 1 else []
    results = [_result(part, notices) for part in message.parts if isinstance(part, ToolResult)]
    content = _content([p for p in message.parts if not isinstance(p, ToolResult)], notices)
    if not content:
        return results
    role = "system" if message.role == "developer" else message.role
    return [*results, {"role": "user" if role == "tool" else role, "content": content}]


def _assistant(message: Message, notices: Notices) -> dict[str, Any]:
    turn: dict[str, Any] = {"role": "assistant"}
    visible: list[Part] = []
    calls: list[dict[str, Any]] = []
    for part in message.parts:
        match part:
            case ToolCall():
                function = {"name": part.name, "arguments": part.arguments or "{}"}
                calls.append({"id": part.id, "type": "function", "function": function})
            case Opaque(dialect=dialect, value={"tool_plan": plan}) if dialect == DIALECT:
                turn["tool_plan"] = plan
            case Reasoning():
                # Thoughts are not sealed here and need not come back.
                continue
            case _:
                visible.append(part)
    if content := _content(visible, notices):
        turn["content"] = content
    if calls:
        turn["tool_calls"] = calls
    return turn


def _result(result: ToolResult, notices: Notices) -> dict[str, Any]:
    for part in result.parts:
        if not isinstance(part, Text):
            notices.omit_part(part)
    text = joined_text(result.parts)
    if result.is_error:
        text = msgspec.json.encode({"error": text}).decode()
    return {"role": "tool", "tool_call_id": result.call_id, "content": text}


def _content(parts: Sequence[Part], notices: Notices) -> str | list[dict[str, Any]]:
    """Return text alone as a string, text with pictures as parts; nothing as an empty string."""
    encoded: list[dict[str, Any]] = []
    for part in parts:
        match part:
            case Text(text=text) | Refusal(text=text):
                if text:
                    encoded.append({"type": "text", "text": text})
            case Image():
                image = {"url": part.url} | ({"detail": part.detail} if part.detail else {})
                encoded.append({"type": "image_url", "image_url": image})
            case _:
                notices.omit_part(part)
    if all(part["type"] == "text" for part in encoded):
        return "".join(part["text"] for part in encoded)
    return encoded
