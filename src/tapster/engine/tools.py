"""A tool call from a model whose chat template has no place for tools.

llama.cpp leaves the tools out of such a model's prompt without a word. Where a call is demanded
(`tool_choice` is `required` or names a function), the answer is bound to JSON that is a call.
Where the model may choose, it has chosen not to.
"""

from typing import Any

import msgspec

_ASK = (
    "Answer with one function call as JSON, an object with `name` and `arguments`. "
    "The functions are: "
)


def demanded(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the functions one of which must be called, or none where that is free."""
    listed, choice = body.get("tools"), body.get("tool_choice")
    tools = [
        tool["function"]
        for tool in (listed if isinstance(listed, list) else ())
        if isinstance(tool, dict) and isinstance(tool.get("function"), dict)
    ]
    if choice == "required":
        return tools
    if isinstance(choice, dict) and isinstance(wanted := choice.get("function"), dict):
        name = wanted.get("name")
        return [tool for tool in tools if tool.get("name") == name]
    return []


def bound_to(functions: list[dict[str, Any]], body: dict[str, Any]) -> dict[str, Any]:
    """Return `body` asking for JSON that is a call of one of `functions`."""
    bound = {
        name: value
        for name, value in body.items()
        if name not in {"tools", "tool_choice", "parallel_tool_calls"}
    }
    schemas = [_call_schema(function) for function in functions]
    schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
    instruction = _ASK + msgspec.json.encode(functions).decode()
    return bound | {
        "messages": [{"role": "system", "content": instruction}, *body["messages"]],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "call", "schema": schema},
        },
    }


def as_call(reply: dict[str, Any]) -> dict[str, Any]:
    """Return a whole `reply` with its JSON turned into tool calls; cut-off JSON stays text."""
    return reply | {"choices": [_called(reply["id"], choice) for choice in reply["choices"]]}


def as_chunks(reply: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a whole `reply` as the chunks of a stream, the count last."""
    head = {name: value for name, value in reply.items() if name not in {"choices", "usage"}}
    head["object"] = "chat.completion.chunk"
    chunks = []
    for choice in reply["choices"]:
        delta = dict(choice["message"])
        if calls := delta.get("tool_calls"):
            delta["tool_calls"] = [call | {"index": at} for at, call in enumerate(calls)]
        chunks += [
            head | {"choices": [{"index": choice["index"], "delta": piece, "finish_reason": end}]}
            for piece, end in ((delta, None), ({}, choice["finish_reason"]))
        ]
    return [*chunks, head | {"choices": [], "usage": reply["usage"]}]


def _call_schema(function: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "name": {"const": function.get("name")},
            "arguments": function.get("parameters") or {"type": "object"},
        },
        "required": ["name", "arguments"],
        "additionalProperties": False,
    }


def _called(reply_id: str, choice: dict[str, Any]) -> dict[str, Any]:
    try:
        call = msgspec.json.decode(choice["message"]["content"] or "")
    except msgspec.DecodeError:
        return choice
    function = {
        "name": call["name"],
        "arguments": msgspec.json.encode(call["arguments"]).decode(),
    }
    id_ = f"call_{reply_id.rpartition('-')[2]}_{choice['index']}"
    message = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": id_, "type": "function", "function": function}],
    }
    return choice | {"message": message, "finish_reason": "tool_calls"}
