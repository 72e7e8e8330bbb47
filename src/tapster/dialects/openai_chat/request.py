"""Requests written in OpenAI's chat format, with the quirks of one endpoint."""

from typing import Any

from tapster.core.requests import ChatRequest, ResponseFormat, Settings, Tool, ToolChoice
from tapster.dialects.dialect import Encoded
from tapster.dialects.notices import Notices
from tapster.dialects.openai_chat.messages import write_messages
from tapster.dialects.openai_chat.parts import write_cache
from tapster.dialects.openai_chat.quirks import Quirks
from tapster.dialects.openai_families import max_tokens_field

_REASONING = ("reasoning_effort", "reasoning_tokens", "show_reasoning")
_OURS = frozenset({"model", "messages", "stream"})


def encode_request(request: ChatRequest, quirks: Quirks) -> Encoded:
    """Return `request` as the endpoint with these `quirks` wants it."""
    notices = Notices("this endpoint")
    body: dict[str, Any] = {
        "model": request.model,
        "messages": write_messages(request.messages, quirks, notices),
        "stream": request.stream,
    }
    notices.omit_settings(request.settings, quirks.takes)
    body |= _settings(request, quirks)
    body |= _reasoning(request.settings, quirks, notices)
    body |= _tools(request, quirks)
    if request.response_format is not None:
        body["response_format"] = _format(request.response_format)
    if request.stream and quirks.stream_usage:
        body["stream_options"] = {"include_usage": True}
    _add_extra(body, request.extra, quirks, notices)
    return Encoded(path=quirks.path, body=body, notices=notices.told())


def _settings(request: ChatRequest, quirks: Quirks) -> dict[str, Any]:
    written: dict[str, Any] = {}
    takes = quirks.takes
    for name in Settings.__struct_fields__:
        value = getattr(request.settings, name)
        if value is None or name in _REASONING or name not in takes:
            continue
        if name == "max_tokens":
            field = quirks.max_tokens_field
            name = max_tokens_field(request.model) if field == "by_family" else field  # noqa: PLW2901  # the wire's name from here on
        elif name == "seed":
            name = quirks.seed_field  # noqa: PLW2901  # the wire's name from here on
        elif name == "stop":
            value = list(value)
        written[name] = value
    return written


def _reasoning(settings: Settings, quirks: Quirks, notices: Notices) -> dict[str, Any]:
    """Return how the endpoint is asked to think."""
    takes = quirks.takes
    effort, tokens, show = (
        getattr(settings, name) if name in takes else None for name in _REASONING
    )
    if quirks.effort == "object":
        return _reasoning_object(effort, tokens, show, notices)
    written: dict[str, Any] = {}
    if effort is not None and quirks.effort in {"thinking", "thinking_and_field"}:
        written["thinking"] = {"type": "disabled" if effort == "none" else "enabled"}
    if effort is not None and quirks.effort == "thinking" and effort != "none":
        notices.tell(
            f"The effort “{effort}” was sent as thinking switched on: {notices.to} knows no "
            "degrees of it.",
            "reasoning_effort",
        )
    if effort is not None and (
        quirks.effort == "field" or (quirks.effort == "thinking_and_field" and effort != "none")
    ):
        written["reasoning_effort"] = effort
    if tokens is not None:
        written["thinking_token_budget"] = tokens
    if show is not None:
        written["include_reasoning"] = show
    return written


def _reasoning_object(
    effort: str | None, tokens: int | None, show: bool | None, notices: Notices
) -> dict[str, Any]:
    asked: dict[str, Any] = {}
    if tokens is not None:
        asked["max_tokens"] = tokens
        if effort is not None:
            notices.omit_setting(
                "reasoning_effort", "takes it or a reasoning budget, which was sent"
            )
    elif effort is not None:
        asked["effort"] = effort
    if show is not None:
        asked["exclude"] = not show
    return {"reasoning": asked} if asked else {}


def _tools(request: ChatRequest, quirks: Quirks) -> dict[str, Any]:
    written: dict[str, Any] = {}
    if request.tools:
        written["tools"] = [_tool(tool, quirks) for tool in request.tools]
    if request.tool_choice is not None:
        written["tool_choice"] = _tool_choice(request.tool_choice, quirks)
    if request.parallel_tool_calls is not None:
        written["parallel_tool_calls"] = request.parallel_tool_calls
    return written


def _tool(tool: Tool, quirks: Quirks) -> dict[str, Any]:
    """Return `tool` as OpenAI writes it; a provider's own kind goes as it stands."""
    if tool.raw is not None:
        return tool.raw
    function: dict[str, Any] = {"name": tool.name}
    for name in ("description", "parameters", "strict"):
        if (value := getattr(tool, name)) is not None:
            function[name] = value
    written: dict[str, Any] = {"type": "function", "function": function}
    if quirks.cache_marks and tool.cache is not None:
        written["cache_control"] = write_cache(tool.cache)
    return written


def _tool_choice(choice: ToolChoice, quirks: Quirks) -> str | dict[str, Any]:
    """Return `choice` as OpenAI writes it."""
    if choice.mode == "tool":
        return {"type": "function", "function": {"name": choice.name}}
    return quirks.required_word if choice.mode == "required" else choice.mode


def _format(asked: ResponseFormat) -> dict[str, Any]:
    """Return the response format as OpenAI writes it."""
    if asked.kind != "json_schema":
        return {"type": asked.kind}
    schema: dict[str, Any] = {"name": asked.name or "response"}
    for name in ("description", "schema", "strict"):
        if (value := getattr(asked, name)) is not None:
            schema[name] = value
    return {"type": "json_schema", "json_schema": schema}


def _add_extra(
    body: dict[str, Any], extra: dict[str, Any], quirks: Quirks, notices: Notices
) -> None:
    """Lay the fields we have no word for under ours; objects that both have are merged."""
    for name, value in extra.items():
        if not quirks.speaks_ours:
            notices.omit_fields([name])
            continue
        if name in _OURS:
            continue
        if name == "stream_options" and not body["stream"]:
            continue
        if name not in body:
            body[name] = value
        elif isinstance(value, dict) and isinstance(body[name], dict):
            body[name] = {**value, **body[name]}
