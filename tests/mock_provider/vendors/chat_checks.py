"""What OpenAI's own Chat Completions endpoint refuses in a request."""

import re
from collections.abc import Iterator
from typing import Any

from mock_provider.replies import words
from mock_provider.vendors.vendor import Invalid

FIELDS = words(
    "model messages max_completion_tokens max_tokens temperature top_p frequency_penalty "
    "presence_penalty logit_bias logprobs top_logprobs n seed stop stream stream_options "
    "reasoning_effort verbosity tools tool_choice parallel_tool_calls response_format "
    "prediction modalities audio web_search_options prompt_cache_key prompt_cache_options "
    "prompt_cache_retention service_tier store metadata safety_identifier user moderation "
    "functions function_call"
)
MESSAGE_FIELDS = {
    "developer": frozenset({"role", "content", "name"}),
    "system": frozenset({"role", "content", "name"}),
    "user": frozenset({"role", "content", "name"}),
    "assistant": frozenset(
        {"role", "content", "name", "refusal", "audio", "tool_calls", "function_call"}
        # The SDK sends its own answer's fields back; the endpoint takes them.
        | {"annotations"}
    ),
    "tool": frozenset({"role", "content", "tool_call_id"}),
    "function": frozenset({"role", "content", "name"}),
}
PARTS = {
    "user": {"text", "image_url", "input_audio", "file"},
    "assistant": {"text", "refusal"},
}
RANGES = {
    "temperature": (0, 2),
    "top_p": (0, 1),
    "frequency_penalty": (-2, 2),
    "presence_penalty": (-2, 2),
    "top_logprobs": (0, 20),
    "n": (1, 128),
    "max_tokens": (1, 10_000_000),
    "max_completion_tokens": (1, 10_000_000),
}
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")


def check_fields(body: dict[str, Any]) -> None:
    """Refuse fields the endpoint does not know."""
    for name in body:
        if name not in FIELDS:
            raise Invalid(f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter")


def check_values(body: dict[str, Any]) -> None:
    """Refuse values out of range and fields that do not go together."""
    for name, (low, high) in RANGES.items():
        value = body.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise _wrong_type(name, "a number", value)
        if value is not None and not low <= value <= high:
            limit, bound = ("minimum", low) if value < low else ("maximum", high)
            side = "below" if value < low else "above"
            raise Invalid(
                f"Invalid '{name}': decimal {side} {limit} value. Expected a value "
                f"{'>=' if value < low else '<='} {bound}, but got {value} instead.",
                param=name,
                code=f"decimal_{side}_{limit[:3]}_value",
            )
    stop = body.get("stop")
    if isinstance(stop, list) and len(stop) > 4:
        raise Invalid(
            f"Invalid 'stop': array too long. Expected an array with maximum length 4, but got "
            f"an array with length {len(stop)} instead.",
            param="stop",
            code="array_above_max_length",
        )
    _check_together(body)


def _check_together(body: dict[str, Any]) -> None:
    if "max_tokens" in body and "max_completion_tokens" in body:
        raise Invalid(
            "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
            param="max_tokens",
            code="invalid_parameter_combination",
        )
    if body.get("stream_options") is not None and not body.get("stream"):
        raise Invalid(
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            param="stream_options",
        )
    if body.get("top_logprobs") is not None and not body.get("logprobs"):
        raise Invalid(
            "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.",
            param="top_logprobs",
        )
    if body.get("reasoning_effort") not in (None, *EFFORTS):
        raise Invalid(
            f"Invalid value: '{body['reasoning_effort']}'. Supported values are: {EFFORTS}.",
            param="reasoning_effort",
            code="invalid_value",
        )


def check_messages(messages: Any, *, strict: bool = True) -> None:
    """Refuse message lists that make no conversation; `strict` also refuses unknown fields."""
    if not isinstance(messages, list) or not messages:
        raise Invalid(
            "Invalid 'messages': empty array. Expected an array with minimum length 1, but got "
            "an empty array instead.",
            param="messages",
            code="empty_array",
        )
    for at, message in enumerate(messages):
        role = message.get("role")
        if role not in MESSAGE_FIELDS:
            raise Invalid(
                f"Invalid value: '{role}'. Supported values are: 'system', 'assistant', 'user', "
                "'function', 'tool', and 'developer'.",
                param=f"messages[{at}].role",
                code="invalid_value",
            )
        if strict:
            _check_message_fields(at, role, message)
        _check_content(at, role, message)
    _check_tool_order(messages)


def _check_message_fields(at: int, role: str, message: dict[str, Any]) -> None:
    for name in message.keys() - MESSAGE_FIELDS[role]:
        place = f"messages[{at}].{name}"
        raise Invalid(f"Unknown parameter: '{place}'.", param=place, code="unknown_parameter")
    called = message.get("name")
    if called is not None and not re.fullmatch(r"[^\s<|\\/>]{1,64}", called):
        place = f"messages[{at}].name"
        raise Invalid(
            f"Invalid '{place}': string does not match pattern. Expected a string that matches "
            r"the pattern '^[^\s<|\\/>]+$'.",
            param=place,
            code="invalid_value",
        )


def _check_content(at: int, role: str, message: dict[str, Any]) -> None:
    content = message.get("content")
    place = f"messages[{at}].content"
    if content is None and not (
        role == "assistant"
        and (message.get("tool_calls") or message.get("refusal") or message.get("audio"))
    ):
        raise _wrong_type(place, "a string or an array of objects", content)
    if content is not None and not isinstance(content, str | list):
        raise _wrong_type(place, "a string or an array of objects", content)
    if content == []:
        raise Invalid(f"Invalid '{place}': empty array.", param=place, code="empty_array")
    for number, part in enumerate(content if isinstance(content, list) else ()):
        kinds = PARTS.get(role, {"text"})
        if part.get("type") not in kinds:
            raise Invalid(
                f"Invalid value: '{part.get('type')}'. Supported values are: {sorted(kinds)}.",
                param=f"{place}[{number}].type",
                code="invalid_value",
            )
        _check_part(f"{place}[{number}]", part)


def _check_part(place: str, part: dict[str, Any]) -> None:
    kind = part["type"]
    if kind in {"text", "refusal"} and not isinstance(part.get(kind), str):
        raise _wrong_type(f"{place}.{kind}", "a string", part.get(kind))
    if kind == "image_url":
        image = part.get("image_url")
        url = image.get("url") if isinstance(image, dict) else None
        if not isinstance(url, str) or not url.startswith(("http://", "https://", "data:image/")):
            raise Invalid(
                f"Invalid '{place}.image_url'. Expected an object with a valid URL or data URL.",
                param=f"{place}.image_url.url",
                code="invalid_image_url",
            )
    if kind == "input_audio" and not {"data", "format"} <= part.get("input_audio", {}).keys():
        raise _wrong_type(f"{place}.input_audio", "data and format", part.get("input_audio"))
    if kind == "file" and not {"file_id", "file_data"} & part.get("file", {}).keys():
        raise _wrong_type(f"{place}.file", "file_id or file_data", part.get("file"))


def _check_tool_order(messages: list[dict[str, Any]]) -> None:
    waiting: list[str] = []
    for at, message in enumerate(messages):
        if message["role"] == "tool":
            if message.get("tool_call_id") not in waiting:
                raise Invalid(
                    "Invalid parameter: messages with role 'tool' must be a response to a "
                    "preceeding message with 'tool_calls'.",
                    param=f"messages[{at}].role",
                )
            waiting.remove(message["tool_call_id"])
            continue
        if waiting:
            raise _unanswered(at, waiting)
        waiting = [call["id"] for call in _calls(at, message)]
    if waiting:
        raise _unanswered(len(messages), waiting)


def _calls(at: int, message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for number, call in enumerate(message.get("tool_calls") or ()):
        place = f"messages[{at}].tool_calls[{number}]"
        if not call.get("id") or call.get("type") not in {"function", "custom"}:
            raise Invalid(f"Missing required parameter: '{place}.id' or type.", param=place)
        function = call.get("function", {})
        if call["type"] == "function" and not isinstance(function.get("arguments"), str):
            raise _wrong_type(f"{place}.function.arguments", "a string", function.get("arguments"))
        yield call


def _unanswered(at: int, waiting: list[str]) -> Invalid:
    return Invalid(
        "An assistant message with 'tool_calls' must be followed by tool messages responding to "
        "each 'tool_call_id'. The following tool_call_ids did not have response messages: "
        + ", ".join(waiting),
        param=f"messages.[{at}].role",
    )


def check_tools(body: dict[str, Any]) -> None:
    """Refuse tools that are no tools, and a choice without tools."""
    tools = body.get("tools")
    if tools is not None and (not isinstance(tools, list) or not 1 <= len(tools) <= 128):
        raise Invalid("Invalid 'tools': expected 1 to 128 tools.", param="tools")
    for at, tool in enumerate(tools or ()):
        name = tool.get(tool.get("type"), {}).get("name", "")
        if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name):
            raise Invalid(
                f"Invalid 'tools[{at}].function.name': string does not match pattern. Expected a "
                "string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
                param=f"tools[{at}].function.name",
                code="invalid_value",
            )
        function = tool.get("function", {})
        if function.get("strict"):
            check_strict_schema(function.get("parameters", {}), f"function '{name}'")
    choice = body.get("tool_choice")
    if choice is not None and not tools:
        raise Invalid(
            "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are "
            "specified.",
            param="tool_choice",
        )
    if isinstance(choice, str) and choice not in {"none", "auto", "required"}:
        raise Invalid(f"Invalid value: '{choice}'.", param="tool_choice", code="invalid_value")


def check_response_format(body: dict[str, Any]) -> None:
    """Refuse schemas strict mode cannot hold, and JSON mode nobody asked for in words."""
    wanted = body.get("response_format") or {"type": "text"}
    kind = wanted.get("type")
    if kind == "json_object" and "json" not in str(body["messages"]).lower():
        raise Invalid(
            "'messages' must contain the word 'json' in some form, to use 'response_format' of "
            "type 'json_object'.",
            param="messages",
        )
    if kind == "json_schema":
        described = wanted.get("json_schema")
        if not isinstance(described, dict) or not described.get("name"):
            raise Invalid(
                "Missing required parameter: 'response_format.json_schema'.",
                param="response_format.json_schema",
                code="missing_required_parameter",
            )
        if described.get("strict"):
            check_strict_schema(described["schema"], f"response_format '{described['name']}'")
    elif kind not in {"text", "json_object"}:
        raise Invalid(f"Invalid value: '{kind}'.", param="response_format.type")


def check_strict_schema(schema: Any, place: str) -> None:
    """Refuse what strict structured output does: open objects and optional properties."""
    if isinstance(schema, list):
        for part in schema:
            check_strict_schema(part, place)
        return
    if not isinstance(schema, dict):
        return
    if schema.get("type") == "object":
        names = set(schema.get("properties", {}))
        if schema.get("additionalProperties") is not False:
            raise Invalid(
                f"Invalid schema for {place}: 'additionalProperties' is required to be supplied "
                "and to be false.",
                param="response_format",
            )
        if set(schema.get("required", ())) != names:
            raise Invalid(
                f"Invalid schema for {place}: 'required' is required to be supplied and to be an "
                "array including every key in properties.",
                param="response_format",
            )
    for part in schema.values():
        check_strict_schema(part, place)


def check_family(body: dict[str, Any]) -> None:
    """Refuse what the model's family does not take (OpenAI's reasoning models)."""
    model = body["model"]
    found = re.match(r"(?:gpt-(\d+)(?:\.(\d+))?|(o)\d)", model)
    if not found or model.startswith(("gpt-4", "gpt-3")):
        return
    if re.search(r"-(pro|codex)\b", model):
        raise Invalid(
            "This is not a chat model and thus not supported in the v1/chat/completions endpoint.",
            status=404,
            param="model",
        )
    if "max_tokens" in body:
        raise Invalid(
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
            "'max_completion_tokens' instead.",
            param="max_tokens",
            code="unsupported_parameter",
        )
    generation = (int(found[1] or 0), int(found[2] or 0))
    _check_samplers(body, generation)
    if (
        generation >= (5, 4)
        and body.get("tools")
        and body.get("reasoning_effort")
        not in (
            None,
            "none",
        )
    ):
        raise Invalid(
            f"Function tools with reasoning_effort are not supported for {model} in "
            "/v1/chat/completions. To use function tools, use /v1/responses or set "
            "reasoning_effort to 'none'.",
            param="reasoning_effort",
        )


def _check_samplers(body: dict[str, Any], generation: tuple[int, int]) -> None:
    for name in ("presence_penalty", "frequency_penalty", "logit_bias", "stop"):
        if body.get(name) is not None:
            raise _unsupported(name)
    effort = body.get("reasoning_effort")
    by_default = (5, 1) <= generation <= (5, 4)
    without_thinking = effort == "none" or (effort is None and by_default)
    if without_thinking and (5, 1) <= generation < (6, 0):
        return
    for name in ("top_p", "logprobs", "top_logprobs"):
        if body.get(name) is not None:
            raise _unsupported(name)
    if body.get("temperature") not in (None, 1):
        raise Invalid(
            f"Unsupported value: 'temperature' does not support {body['temperature']} with this "
            "model. Only the default (1) value is supported.",
            param="temperature",
            code="unsupported_value",
        )


def _unsupported(name: str) -> Invalid:
    return Invalid(
        f"Unsupported parameter: '{name}' is not supported with this model.",
        param=name,
        code="unsupported_parameter",
    )


def _wrong_type(place: str, wanted: str, value: Any) -> Invalid:
    return Invalid(
        f"Invalid type for '{place}': expected {wanted}, but got {type(value).__name__} instead.",
        param=place,
        code="invalid_type",
    )
