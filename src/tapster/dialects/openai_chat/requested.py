"""Requests read: what a client of our gateway asks, in OpenAI's chat format."""

from typing import Any

import msgspec
from msgspec import Struct

from tapster.core.errors import InvalidInput
from tapster.core.requests import ChatRequest, ResponseFormat, Settings, Tool, ToolChoice
from tapster.core.unreadable import UNREADABLE
from tapster.dialects.json_values import number_in
from tapster.dialects.openai_chat.messages_read import read_message
from tapster.dialects.openai_chat.parts import read_cache


class Asked(Struct, frozen=True):
    """A request a client sent, and whether it wants the usage in its stream."""

    request: ChatRequest
    include_usage: bool


_NUMBERS = (
    "temperature",
    "top_p",
    "min_p",
    "top_a",
    "typical_p",
    "repetition_penalty",
    "frequency_penalty",
    "presence_penalty",
)
_INTEGERS = ("top_k", "seed", "n", "top_logprobs", "max_tokens", "max_completion_tokens")
# Seeds may fill 64 bits; what is larger is no setting, and more than sums can be done with.
_LARGEST = 2**64 - 1
_WORDS = ("reasoning_effort", "verbosity")


def decode_request(body: bytes) -> Asked:
    """Return what the client asks.

    Raises `InvalidInput` naming the field. Fields we have no word for go to `request.extra`,
    those of a message to `Message.extra`; a field that is null counts as absent.
    """
    fields = fields_of(body)
    model = model_in(fields)
    messages = fields.pop("messages", None)
    if not isinstance(messages, list) or not messages:
        raise _bad("messages", "must be a list of at least one message")
    stream = _taken(fields, "stream", bool, "must be true or false") or False
    include_usage = usage_wanted(fields)
    return Asked(
        ChatRequest(
            model=model,
            messages=tuple(
                read_message(message, f"messages[{number}]")
                for number, message in enumerate(messages)
            ),
            settings=_settings(fields),
            tools=_tools(fields),
            tool_choice=_tool_choice(fields),
            parallel_tool_calls=_taken(
                fields, "parallel_tool_calls", bool, "must be true or false"
            ),
            response_format=_response_format(fields),
            stream=stream,
            extra=fields,
        ),
        include_usage,
    )


def fields_of(body: bytes) -> dict[str, Any]:
    """Return the fields of a request, without those that are null."""
    try:
        fields = msgspec.json.decode(body)
    except RecursionError as error:
        raise InvalidInput(
            "The body is nested too deeply to be read. Send fewer lists and objects inside one "
            "another."
        ) from error
    except UNREADABLE as error:
        raise InvalidInput(f"The request's body is not valid JSON: {error}.") from error
    if not isinstance(fields, dict):
        raise InvalidInput("The request's body must be a JSON object.")
    return {name: value for name, value in fields.items() if value is not None}


def model_in(fields: dict[str, Any]) -> str:
    """Take the model's name out of `fields`."""
    model = fields.pop("model", None)
    if not isinstance(model, str) or not model:
        raise _bad("model", "must name a model")
    return model


def usage_wanted(fields: dict[str, Any]) -> bool:
    """Take out of `fields` whether the usage is wanted at the end of a stream."""
    options = _taken(fields, "stream_options", dict, "must be an object")
    if options is None:
        return False
    wanted = bool(options.pop("include_usage", False))
    if options:
        fields["stream_options"] = options
    return wanted


def _settings(fields: dict[str, Any]) -> Settings:
    found: dict[str, Any] = {}
    for name in _NUMBERS:
        if name in fields:
            found[name] = _number(fields, name)
    for name in _INTEGERS:
        if name in fields:
            found[name] = _integer(fields, name)
    for name in _WORDS:
        if name in fields:
            found[name] = _taken(fields, name, str, "must be text")
    if "max_completion_tokens" in found:
        found["max_tokens"] = found.pop("max_completion_tokens")
    for name, field in (("logprobs", "logprobs"), ("show_reasoning", "include_reasoning")):
        if isinstance(fields.get(field), bool):
            found[name] = fields.pop(field)
    found["stop"] = _stop(fields)
    found["logit_bias"] = _logit_bias(fields)
    _read_reasoning(fields, found)
    if found.get("n") is not None and found["n"] < 1:
        raise _bad("n", "must be at least 1")
    return Settings(**found)


def _read_reasoning(fields: dict[str, Any], found: dict[str, Any]) -> None:
    """Read OpenRouter's `reasoning` object; what of it we have no word for stays in place."""
    reasoning = fields.get("reasoning")
    if not isinstance(reasoning, dict):
        return
    rest = dict(reasoning)
    if isinstance(rest.get("effort"), str):
        found["reasoning_effort"] = rest.pop("effort")
    if type(rest.get("max_tokens")) is int:
        found["reasoning_tokens"] = _integer(rest, "max_tokens", "reasoning.max_tokens")
    if isinstance(rest.get("exclude"), bool):
        found["show_reasoning"] = not rest.pop("exclude")
    if rest:
        fields["reasoning"] = rest
    else:
        del fields["reasoning"]


def _stop(fields: dict[str, Any]) -> tuple[str, ...] | None:
    stop = fields.pop("stop", None)
    if stop is None:
        return None
    if isinstance(stop, str):
        return (stop,)
    if isinstance(stop, list) and all(isinstance(word, str) for word in stop):
        return tuple(stop)
    raise _bad("stop", "must be text or a list of texts")


def _logit_bias(fields: dict[str, Any]) -> dict[str, float] | None:
    bias: dict[str, float] | None = _taken(
        fields, "logit_bias", dict, "must map token ids to numbers"
    )
    if bias is not None and not all(_is_number(value) for value in bias.values()):
        raise _bad("logit_bias", "must map token ids to numbers")
    return bias


def _tools(fields: dict[str, Any]) -> tuple[Tool, ...]:
    tools = _taken(fields, "tools", list, "must be a list")
    functions = _taken(fields, "functions", list, "must be a list")
    read = [_tool(item, f"tools[{number}]") for number, item in enumerate(tools or ())]
    for number, item in enumerate(functions or ()):
        read.append(_function(item, f"functions[{number}]"))
    return tuple(read)


def _tool(item: object, place: str) -> Tool:
    if not isinstance(item, dict) or not isinstance(item.get("type", "function"), str):
        raise _bad(place, "must be an object with a `type`")
    if item.get("type", "function") != "function":
        named = item.get("name") or item.get("type")
        return Tool(name=named if isinstance(named, str) else "", raw=item)
    tool = _function(item.get("function"), f"{place}.function")
    cache = read_cache(item.get("cache_control"))
    return msgspec.structs.replace(tool, cache=cache) if cache else tool


def _function(function: object, place: str) -> Tool:
    if not isinstance(function, dict):
        raise _bad(place, "must be an object")
    name = function.get("name")
    if not isinstance(name, str) or not name:
        raise _bad(f"{place}.name", "must name the function")
    for field, kind in (("description", str), ("parameters", dict), ("strict", bool)):
        if function.get(field) is not None and not isinstance(function[field], kind):
            raise _bad(f"{place}.{field}", "is of the wrong type")
    return Tool(
        name=name,
        description=function.get("description"),
        parameters=function.get("parameters"),
        strict=function.get("strict"),
    )


def _tool_choice(fields: dict[str, Any]) -> ToolChoice | None:
    choice = fields.pop("tool_choice", None)
    oldest = fields.pop("function_call", None)
    if choice is None and isinstance(oldest, dict):
        choice = {"type": "function", "function": oldest}
    elif choice is None:
        choice = oldest
    match choice:
        case None:
            return None
        case "any":
            return ToolChoice("required")
        case "auto" | "none" | "required":
            return ToolChoice(choice)
        case {"type": "function", "function": {"name": str(name)}} | {
            "function": {"name": str(name)}
        }:
            return ToolChoice("tool", name=name)
        case {"type": str()}:
            # A choice among a provider's own kinds of tools is not ours to read.
            fields["tool_choice"] = choice
            return None
    raise _bad("tool_choice", "must be auto, none, required, or name a function")


def _response_format(fields: dict[str, Any]) -> ResponseFormat | None:
    asked = _taken(fields, "response_format", dict, "must be an object with a `type`")
    if asked is None:
        return None
    match asked.get("type"):
        case "text":
            return ResponseFormat("text")
        case "json_object" if "schema" not in asked:
            return ResponseFormat("json_object")
        case "json_schema" if isinstance(asked.get("json_schema"), dict):
            return _json_schema(asked["json_schema"])
        case "json_schema":
            raise _bad("response_format.json_schema", "must be an object")
        case str():
            # Grammars and the like are passed on untouched.
            fields["response_format"] = asked
            return None
    raise _bad("response_format.type", "must be text, json_object or json_schema")


def _json_schema(schema: dict[str, Any]) -> ResponseFormat:
    for field, kind in (("name", str), ("schema", dict), ("description", str), ("strict", bool)):
        if schema.get(field) is not None and not isinstance(schema[field], kind):
            raise _bad(f"response_format.json_schema.{field}", "is of the wrong type")
    return ResponseFormat(
        "json_schema",
        name=schema.get("name"),
        schema=schema.get("schema"),
        description=schema.get("description"),
        strict=schema.get("strict"),
    )


def _taken(fields: dict[str, Any], name: str, kind: type, complaint: str) -> Any:
    value = fields.pop(name, None)
    if value is not None and not isinstance(value, kind):
        raise _bad(name, complaint)
    return value


def _number(fields: dict[str, Any], name: str) -> float:
    value = fields.pop(name)
    if number_in(value) is None:
        raise _bad(name, "must be a number")
    return value  # type: ignore[no-any-return]  # checked on the line before


def _integer(fields: dict[str, Any], name: str, place: str = "") -> int:
    value = fields.pop(name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _LARGEST:
        raise _bad(place or name, "must be a whole number")
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _bad(field: str, complaint: str) -> InvalidInput:
    return InvalidInput(f"`{field}` {complaint}.", field=field)
