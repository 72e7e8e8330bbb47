"""Our request as a Messages body."""

import re
from typing import Any

from tapster.core.events import Noticed
from tapster.core.requests import ChatRequest, ResponseFormat, Tool, ToolChoice
from tapster.dialects.anthropic_families import thinking_for
from tapster.dialects.anthropic_messages.cache_marks import keep_four, mark
from tapster.dialects.anthropic_messages.turns import TurnWriter
from tapster.dialects.notices import Notices
from tapster.dialects.tool_loop import loop_start

TAKES = frozenset(
    {
        "temperature",
        "top_p",
        "top_k",
        "max_tokens",
        "stop",
        "reasoning_effort",
        "reasoning_tokens",
        "show_reasoning",
    }
)

# Body fields that have no word of ours, and go out as they were given.
_KNOWN = frozenset(
    {
        "anthropic_beta",
        "cache_control",
        "container",
        "context_management",
        "diagnostics",
        "fallbacks",
        "inference_geo",
        "max_tokens",
        "mcp_servers",
        "metadata",
        "output_config",
        "output_format",
        "service_tier",
        "speed",
        "stop_sequences",
        "thinking",
        "top_k",
        "user_profile_id",
    }
)

# A provider tool of this format carries the day it was released in its type.
_DATED = re.compile(r"_\d{8}$")


def encode_body(
    request: ChatRequest, *, takes: frozenset[str], default_max_tokens: int
) -> tuple[dict[str, Any], tuple[Noticed, ...]]:
    """Return the body and what of `request` had no place in it."""
    notices = Notices("Anthropic's format")
    notices.omit_settings(request.settings, takes)
    writer = TurnWriter(request, notices)
    body: dict[str, Any] = {"model": request.model, "max_tokens": default_max_tokens}
    if writer.system:
        body["system"] = writer.system
    body["messages"] = writer.messages
    _put_settings(body, request, notices, default_max_tokens)
    _put_tools(body, request, notices)
    _put_thinking(body, request, notices)
    _put_format(body, request.response_format, notices)
    if request.stream:
        body["stream"] = True
    for name, value in request.extra.items():
        if name == "output_config" and isinstance(value, dict):
            body[name] = {**body.get(name, {}), **value}
        elif name in _KNOWN:
            body[name] = value
        else:
            notices.omit_fields([name])
    keep_four(body, notices)
    return body, notices.told()


def _put_settings(
    body: dict[str, Any], request: ChatRequest, notices: Notices, default_max_tokens: int
) -> None:
    settings = request.settings
    if settings.max_tokens is not None:
        body["max_tokens"] = settings.max_tokens
    elif "max_tokens" not in request.extra:
        notices.tell(
            f"A maximum length of {default_max_tokens} was sent: {notices.to} needs one, and none "
            "was chosen.",
            "max_tokens",
        )
    if settings.temperature is not None:
        body["temperature"] = settings.temperature
    if settings.top_p is not None:
        body["top_p"] = settings.top_p
    if settings.top_k:
        body["top_k"] = settings.top_k
    if settings.stop:
        said = [stop for stop in settings.stop if stop.strip()]
        if len(said) < len(settings.stop):
            notices.tell(
                f"Stop strings of white space alone were not sent: {notices.to} refuses them.",
                "stop",
            )
        if said:
            body["stop_sequences"] = said


def _put_tools(body: dict[str, Any], request: ChatRequest, notices: Notices) -> None:
    tools: list[dict[str, Any]] = []
    for tool in request.tools:
        if tool.raw is None:
            tools.append(mark(_function(tool), tool.cache))
        elif _knows(tool.raw):
            tools.append(dict(tool.raw))
        else:
            notices.omit_tool(tool)
    if not tools:
        return
    body["tools"] = tools
    choice = _tool_choice(request.tool_choice, request.parallel_tool_calls)
    if choice is not None:
        body["tool_choice"] = choice


def _function(tool: Tool) -> dict[str, Any]:
    form: dict[str, Any] = {"name": tool.name}
    if tool.description is not None:
        form["description"] = tool.description
    form["input_schema"] = {"type": "object", **(tool.parameters or {"properties": {}})}
    if tool.strict is not None:
        form["strict"] = tool.strict
    return form


def _knows(raw: dict[str, Any]) -> bool:
    kind = raw.get("type", "")
    return "input_schema" in raw or kind == "mcp_toolset" or bool(_DATED.search(str(kind)))


def _tool_choice(choice: ToolChoice | None, parallel: bool | None) -> dict[str, Any] | None:
    form: dict[str, Any]
    match choice:
        case None if parallel is not False:
            return None
        case None | ToolChoice(mode="auto"):
            form = {"type": "auto"}
        case ToolChoice(mode="none"):
            return {"type": "none"}
        case ToolChoice(mode="required"):
            form = {"type": "any"}
        case ToolChoice(name=name):
            form = {"type": "tool", "name": name or ""}
    if parallel is not None:
        form["disable_parallel_tool_use"] = not parallel
    return form


def _put_thinking(body: dict[str, Any], request: ChatRequest, notices: Notices) -> None:
    thinking, effort = thinking_for(request)
    if thinking is not None and thinking["type"] == "enabled" and _forgot_thinking(body, request):
        notices.tell(
            f"The wish to think was not sent: {notices.to} wants the thinking from before the "
            "tool answered with it, and that is not in the chat.",
            "reasoning_effort",
        )
        thinking = None
    if thinking is not None:
        body["thinking"] = thinking
    if effort is not None:
        body["output_config"] = {"effort": effort}


def _forgot_thinking(body: dict[str, Any], request: ChatRequest) -> bool:
    """Tell whether a tool loop is open whose first turn does not begin with thinking."""
    if loop_start(request.messages) == len(request.messages):
        return False
    spoken = [turn for turn in body["messages"] if turn["role"] == "assistant"]
    return bool(spoken) and spoken[-1]["content"][0]["type"] not in {
        "thinking",
        "redacted_thinking",
    }


def _put_format(body: dict[str, Any], wanted: ResponseFormat | None, notices: Notices) -> None:
    if wanted is None or wanted.kind == "text":
        return
    if wanted.kind == "json_schema" and wanted.schema is not None:
        form = {"type": "json_schema", "schema": wanted.schema}
        body.setdefault("output_config", {})["format"] = form
        return
    notices.tell(
        f"The wish for JSON without a schema was not sent: {notices.to} only knows JSON with one. "
        "Give a schema, or ask for JSON in the prompt.",
        "response_format",
    )
