"""Our request as a Responses body."""

import re
from typing import Any

from tapster.core.events import Noticed
from tapster.core.requests import ChatRequest, ResponseFormat, Settings, Tool, ToolChoice
from tapster.dialects.notices import Notices
from tapster.dialects.openai_responses.items import input_items

TAKES = frozenset(
    {
        "temperature",
        "top_p",
        "max_tokens",
        "logprobs",
        "top_logprobs",
        "reasoning_effort",
        "show_reasoning",
        "verbosity",
    }
)

# Models from before thinking: asked for sealed thinking, they refuse the whole request.
_NEVER_THINKS = re.compile(r"(?:^|[/:.])(?:chatgpt-4|gpt-[34])")

# These hold several of our settings at once, so what the caller adds is laid over ours.
_MERGED = ("reasoning", "text")


def encode_body(
    request: ChatRequest, *, takes: frozenset[str], reasoning_format: str
) -> tuple[dict[str, Any], tuple[Noticed, ...]]:
    """Return the body and what of `request` had no place in it."""
    notices = Notices("the Responses format")
    notices.omit_settings(request.settings, takes)
    tools = _tools(request.tools, notices)
    body: dict[str, Any] = {
        "model": request.model,
        "input": input_items(request, reasoning_format, notices),
        "store": False,
        "stream": request.stream,
        **_settings(request.settings, takes),
    }
    if tools:
        body["tools"] = tools
        if request.tool_choice is not None:
            body["tool_choice"] = _tool_choice(request.tool_choice, request.tools)
        if request.parallel_tool_calls is not None:
            body["parallel_tool_calls"] = request.parallel_tool_calls
    if request.response_format is not None:
        body.setdefault("text", {})["format"] = _format(request.response_format)
    if include := _include(request, takes):
        body["include"] = include
    _lay_over(body, request.extra)
    return body, notices.told()


def _settings(settings: Settings, takes: frozenset[str]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for name, field in (
        ("temperature", "temperature"),
        ("top_p", "top_p"),
        ("max_tokens", "max_output_tokens"),
    ):
        value = getattr(settings, name)
        if value is not None and name in takes:
            body[field] = value
    if settings.top_logprobs is not None and _wants_logprobs(settings, takes):
        body["top_logprobs"] = settings.top_logprobs
    reasoning: dict[str, Any] = {}
    if settings.reasoning_effort is not None:
        reasoning["effort"] = settings.reasoning_effort
    if settings.show_reasoning:
        reasoning["summary"] = "auto"
    if reasoning:
        body["reasoning"] = reasoning
    if settings.verbosity is not None:
        body["text"] = {"verbosity": settings.verbosity}
    return body


def _include(request: ChatRequest, takes: frozenset[str]) -> list[str]:
    include = []
    # Without the sealed thinking a stateless tool loop forgets its reasons.
    if not _NEVER_THINKS.search(request.model):
        include.append("reasoning.encrypted_content")
    if _wants_logprobs(request.settings, takes):
        include.append("message.output_text.logprobs")
    return include


def _wants_logprobs(settings: Settings, takes: frozenset[str]) -> bool:
    """Whether log probabilities are asked for: outright, or by how many are to come."""
    if settings.logprobs is None:
        return settings.top_logprobs is not None and "top_logprobs" in takes
    return settings.logprobs and "logprobs" in takes


def _lay_over(body: dict[str, Any], extra: dict[str, Any]) -> None:
    for name, value in extra.items():
        if name in _MERGED and isinstance(value, dict) and isinstance(body.get(name), dict):
            body[name] = {**body[name], **value}
        elif name == "include" and isinstance(value, list):
            asked = body.get(name, [])
            body[name] = [*asked, *(entry for entry in value if entry not in asked)]
        else:
            body[name] = value


def _format(wanted: ResponseFormat) -> dict[str, Any]:
    if wanted.kind != "json_schema":
        return {"type": wanted.kind}
    form: dict[str, Any] = {
        "type": "json_schema",
        "name": wanted.name or "answer",
        "schema": wanted.schema or {},
    }
    if wanted.description is not None:
        form["description"] = wanted.description
    if wanted.strict is not None:
        form["strict"] = wanted.strict
    return form


def _tools(tools: tuple[Tool, ...], notices: Notices) -> list[dict[str, Any]]:
    encoded: list[dict[str, Any]] = []
    for tool in tools:
        if tool.raw is None:
            encoded.append(_function(tool))
        elif isinstance(tool.raw.get("type"), str) and "input_schema" not in tool.raw:
            encoded.append(_flat(tool.raw))
        else:
            notices.omit_tool(tool)
    return encoded


def _function(tool: Tool) -> dict[str, Any]:
    form: dict[str, Any] = {
        "type": "function",
        "name": tool.name,
        "parameters": tool.parameters or {"type": "object", "properties": {}},
        # Left out, this API would take it for true, and refuse schemas Chat Completions takes.
        "strict": bool(tool.strict),
    }
    if tool.description is not None:
        form["description"] = tool.description
    return form


def _flat(raw: dict[str, Any]) -> dict[str, Any]:
    """Return a provider tool in this API's flat shape, also when it came in Chat's nested one."""
    kind = raw["type"]
    nested = raw.get(kind)
    if kind not in {"function", "custom"} or not isinstance(nested, dict):
        return raw
    flat = {"type": kind, **nested}
    form = flat.get("format")
    if isinstance(form, dict) and isinstance(form.get("grammar"), dict):
        flat["format"] = {"type": "grammar", **form["grammar"]}
    return flat


def _tool_choice(choice: ToolChoice, tools: tuple[Tool, ...]) -> str | dict[str, Any]:
    if choice.mode != "tool":
        return choice.mode
    for tool in tools:
        if tool.name == choice.name and tool.raw is not None:
            kind = str(tool.raw.get("type", "custom"))
            if kind not in {"custom", "function"}:
                return {"type": kind}
            return {"type": kind, "name": tool.name}
    return {"type": "function", "name": choice.name or ""}
