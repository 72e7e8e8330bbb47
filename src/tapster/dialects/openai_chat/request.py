"""Requests written in OpenAI's chat format, with the quirks of one endpoint."""

from collections.abc import Iterator
from typing import Any

from tapster.core.requests import ChatRequest, Settings, Tool, ToolChoice
from tapster.dialects.dialect import Encoded
from tapster.dialects.notices import Notices
from tapster.dialects.openai_chat.messages import write_messages
from tapster.dialects.openai_chat.parts import write_cache
from tapster.dialects.openai_chat.quirks import Quirks
from tapster.dialects.openai_chat.response_format import write_format
from tapster.dialects.openai_chat.wires import Write, lay_in, written
from tapster.dialects.openai_families import max_tokens_field

_REASONING = ("reasoning_effort", "reasoning_tokens", "show_reasoning")
# Written apart: how to think, and the form of an answer that is to be JSON.
_APART = frozenset({*_REASONING, "json_schema"})
_EMPTY: tuple[Any, ...] = ("", ())
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
    for name, value in _chosen(request.settings, quirks):
        lay_in(body, written(_wire(name, request, quirks), value))
    body |= _reasoning(request.settings, quirks, notices)
    body |= _tools(request, quirks)
    body |= write_format(request, quirks, notices)
    if request.stream and quirks.stream_usage:
        body["stream_options"] = {"include_usage": True}
    if _is_continued(request):
        lay_in(body, quirks.prefill_fields)
    _add_extra(body, request.extra, quirks, notices)
    return Encoded(path=quirks.path, body=body, notices=notices.told())


def _chosen(settings: Settings, quirks: Quirks) -> Iterator[tuple[str, Any]]:
    """Yield the settings that go out under a name of their own.

    An empty grammar or list among the endpoint's own asks for nothing, and some refuse it.
    """
    takes = quirks.takes - _APART
    for name in Settings.__struct_fields__:
        value = getattr(settings, name)
        if value is None or name not in takes:
            continue
        if value not in _EMPTY or name not in quirks.wires:
            yield name, value


def _wire(name: str, request: ChatRequest, quirks: Quirks) -> str | Write:
    if name in quirks.wires:
        return quirks.wires[name]
    if name == "max_tokens":
        field = quirks.max_tokens_field
        return max_tokens_field(request.model) if field == "by_family" else field
    return quirks.seed_field if name == "seed" else name


def _is_continued(request: ChatRequest) -> bool:
    """Whether the last message is an answer to be gone on with."""
    last = request.messages[-1] if request.messages else None
    return last is not None and last.prefix and last.role == "assistant"


def _reasoning(settings: Settings, quirks: Quirks, notices: Notices) -> dict[str, Any]:
    """Return how the endpoint is asked to think."""
    takes = quirks.takes
    effort, tokens, show = (
        getattr(settings, name) if name in takes else None for name in _REASONING
    )
    if quirks.effort == "object":
        return _reasoning_object(effort, tokens, show, notices)
    asked: dict[str, Any] = {}
    if effort is not None and quirks.effort in {"thinking", "thinking_and_field"}:
        asked["thinking"] = {"type": "disabled" if effort == "none" else "enabled"}
    if effort is not None and quirks.effort == "thinking" and effort != "none":
        notices.tell(
            f"The effort “{effort}” was sent as thinking switched on: {notices.to} knows no "
            "degrees of it.",
            "reasoning_effort",
        )
    if effort is not None and (
        quirks.effort == "field" or (quirks.effort == "thinking_and_field" and effort != "none")
    ):
        asked["reasoning_effort"] = effort
    if tokens is not None:
        wire = quirks.wires.get("reasoning_tokens", "thinking_token_budget")
        asked |= written(wire, tokens)
    if show is not None:
        asked["include_reasoning"] = show
    return asked


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


def _add_extra(
    body: dict[str, Any], extra: dict[str, Any], quirks: Quirks, notices: Notices
) -> None:
    """Lay the fields we have no word for under ours; objects that both have are merged.

    Programs may ask for a setting of the endpoint's by our name for it.
    """
    for name, value in extra.items():
        if not quirks.speaks_ours:
            notices.omit_fields([name])
            continue
        if name in _OURS:
            continue
        if name == "stream_options" and not body["stream"]:
            continue
        for field, said in written(quirks.wires.get(name, name), value).items():
            _lay_under(body, field, said)


def _lay_under(body: dict[str, Any], name: str, value: Any) -> None:
    if name not in body:
        body[name] = value
    elif isinstance(value, dict) and isinstance(body[name], dict):
        body[name] = {**value, **body[name]}
