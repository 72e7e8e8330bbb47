"""OpenAI's Responses API: flat tools, typed items, named events, sealed reasoning."""

import hashlib
from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING, Any

from mock_provider.behaviours import read_data_url
from mock_provider.connection import Request
from mock_provider.outputs import Output, Piece, event, stream, whole
from mock_provider.replies import Asked, Picture, Reply, Tool, cut_arguments, words
from mock_provider.vendors.chat_checks import check_strict_schema
from mock_provider.vendors.vendor import Invalid, body_of

if TYPE_CHECKING:
    from mock_provider.vendors.chat_completions import ChatCompletions

FIELDS = words(
    "model input instructions max_output_tokens temperature top_p top_logprobs stream "
    "stream_options store previous_response_id conversation reasoning text tools tool_choice "
    "parallel_tool_calls max_tool_calls include truncation background background_options "
    "context_management prompt_cache_key prompt_cache_options prompt_cache_retention metadata "
    "safety_identifier service_tier moderation prompt image user"
)
ITEMS = words(
    "message function_call function_call_output custom_tool_call custom_tool_call_output "
    "reasoning item_reference compaction configuration_update additional_tools"
)
PARTS = {
    "user": {"input_text", "input_image", "input_file", "input_audio"},
    "system": {"input_text"},
    "developer": {"input_text"},
    "assistant": {"output_text", "refusal"},
}


class Responses:
    """Answers `/responses` for a vendor that has it beside Chat Completions."""

    def __init__(self, vendor: "ChatCompletions") -> None:
        self.vendor = vendor

    def respond(self, request: Request) -> Output:
        asked = self._admitted(request)
        reply = self.vendor.state.reply_to(asked)
        faults = tuple(fault for fault in reply.fault.split("+") if fault)
        if asked.stream:
            output = stream(paced(events_of(reply, asked), reply.pause))
        else:
            pause = reply.pause * len(reply.deltas)
            output = whole(_response(reply, asked, _items(reply, asked)), delay=pause)
        return Output(
            headers=output.headers | self.vendor.extra_headers(),
            pieces=output.pieces,
            framing=output.framing,
            delay=output.delay,
            faults=faults,
        )

    def count(self, request: Request) -> Output:
        asked = self._admitted(request)
        return whole({"object": "response.input_tokens", "input_tokens": asked.prompt_tokens})

    def _admitted(self, request: Request) -> Asked:
        self.vendor.admit(request, paid=True)
        body = body_of(request)
        model = body.get("model")
        if not isinstance(model, str) or not self.vendor.knows(model):
            raise Invalid(
                f"The requested model '{model}' does not exist.",
                param="model",
                code="model_not_found",
            )
        check(body)
        return read(body)


def paced(pieces: Iterator[Piece], pause: float) -> Iterator[Piece]:
    """Return `pieces` with a pause before each delta."""
    return (piece._replace(pause=pause) if piece.kind == "delta" else piece for piece in pieces)


def seal(text: str) -> str:
    """Return the sealed form of `text`, which only the mock could have made."""
    return "gAAAA" + hashlib.sha256(("sealed:" + text).encode()).hexdigest()


def check(body: dict[str, Any]) -> None:
    """Refuse what the Responses endpoint refuses."""
    for name in body:
        if name not in FIELDS:
            raise Invalid(f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter")
    if body.get("previous_response_id"):
        raise Invalid(
            f"Previous response with id '{body['previous_response_id']}' not found.",
            param="previous_response_id",
            code="previous_response_not_found",
        )
    limit = body.get("max_output_tokens")
    if limit is not None and limit < 16:
        raise Invalid(
            "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, "
            f"but got {limit} instead.",
            param="max_output_tokens",
            code="integer_below_min_value",
        )
    _check_items(body.get("input"))
    _check_tools(body)
    wanted = (body.get("text") or {}).get("format") or {"type": "text"}
    if wanted["type"] == "json_schema":
        if "schema" not in wanted or "name" not in wanted:
            raise Invalid("Missing required parameter: 'text.format.name'.", param="text.format")
        if wanted.get("strict"):
            check_strict_schema(wanted["schema"], f"response_format '{wanted['name']}'")
    if wanted["type"] == "json_object" and "json" not in str(body.get("input")).lower():
        raise Invalid(
            "Response input messages must contain the word 'json' in some form to use "
            "'text.format' of type 'json_object'.",
            param="input",
        )


def _check_items(items: Any) -> None:
    if isinstance(items, str) and items:
        return
    if not isinstance(items, list) or not items:
        raise Invalid("Missing required parameter: 'input'.", param="input")
    called: dict[str, str] = {}
    for at, item in enumerate(items):
        kind = item.get("type", "message")
        if kind not in ITEMS:
            raise Invalid(
                f"Invalid value: '{kind}'.", param=f"input[{at}].type", code="invalid_value"
            )
        if kind == "message":
            _check_message(at, item)
        elif kind == "reasoning":
            _check_reasoning(at, items, item)
        elif kind in {"function_call", "custom_tool_call"}:
            called[item["call_id"]] = "open"
        elif kind in {"function_call_output", "custom_tool_call_output"}:
            if item.get("call_id") not in called:
                raise Invalid(
                    f"No tool call found for function call output with call_id {item['call_id']}.",
                    param="input",
                )
            called[item["call_id"]] = "answered"
    for call, state in called.items():
        if state == "open":
            raise Invalid(f"No tool output found for function call {call}.", param="input")


def _check_message(at: int, item: dict[str, Any]) -> None:
    role, content = item.get("role"), item.get("content")
    if role not in PARTS:
        raise Invalid(f"Invalid value: '{role}'.", param=f"input[{at}].role", code="invalid_value")
    if not isinstance(content, str | list) or content == []:
        raise Invalid(f"Invalid type for 'input[{at}].content'.", param=f"input[{at}].content")
    for number, part in enumerate(content if isinstance(content, list) else ()):
        place = f"input[{at}].content[{number}]"
        if part.get("type") not in PARTS[role]:
            raise Invalid(
                f"Invalid value: '{part.get('type')}'. Supported values are: {PARTS[role]}.",
                param=place,
                code="invalid_value",
            )
        if part["type"] == "input_image" and not isinstance(
            part.get("image_url") or part.get("file_id"), str
        ):
            raise Invalid(f"Invalid type for '{place}.image_url': expected a string.", param=place)


def _check_reasoning(at: int, items: list[Any], item: dict[str, Any]) -> None:
    if not isinstance(item.get("summary"), list):
        raise Invalid(f"Missing required parameter: 'input[{at}].summary'.", param="input")
    text = "".join(part["text"] for part in item["summary"])
    sealed = item.get("encrypted_content")
    if sealed and sealed not in {seal(text), seal("Nobody may read this.")}:
        raise Invalid(
            "The encrypted content could not be verified. Reason: Encrypted content could not be "
            "decrypted or parsed.",
            code="invalid_encrypted_content",
        )
    if at + 1 == len(items):
        raise Invalid(
            f"Item '{item.get('id')}' of type 'reasoning' was provided without its required "
            "following item.",
            param="input",
        )


def _check_tools(body: dict[str, Any]) -> None:
    for at, tool in enumerate(body.get("tools") or ()):
        if tool.get("type") == "function" and not isinstance(tool.get("name"), str):
            raise Invalid(
                f"Missing required parameter: 'tools[{at}].name'.",
                param=f"tools[{at}].name",
                code="missing_required_parameter",
            )
        if tool.get("type") == "function" and tool.get("strict"):
            check_strict_schema(tool.get("parameters"), f"function '{tool['name']}'")


def read(body: dict[str, Any]) -> Asked:
    """Return what is asked, of a body that passed the checks."""
    items = body["input"]
    items = [{"role": "user", "content": items}] if isinstance(items, str) else items
    turns = [(item["role"], _text_of(item["content"])) for item in items if "role" in item]
    if body.get("instructions"):
        turns.insert(0, ("system", body["instructions"]))
    wanted = (body.get("text") or {}).get("format") or {}
    tools = tuple(
        Tool(tool["name"], tool.get("parameters") or {})
        for tool in body.get("tools") or ()
        if tool["type"] == "function" and body.get("tool_choice") != "none"
    )
    choice = body.get("tool_choice")
    forced = choice.get("name") if isinstance(choice, dict) else None
    if choice == "required" and tools:
        forced = tools[0].name
    last = items[-1]
    return Asked(
        model=body["model"],
        stream=bool(body.get("stream")),
        turns=tuple(turns),
        tools=tools,
        forced_tool=forced,
        tool_result=_text_of(last["output"]) if "output" in last else None,
        schema=wanted.get("schema"),
        json_mode=wanted.get("type") == "json_object",
        pictures=tuple(_pictures(items)),
        logprobs="message.output_text.logprobs" in (body.get("include") or ()),
        max_tokens=body.get("max_output_tokens"),
        body=body,
    )


def _text_of(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(part.get("text") or "" for part in content)


def _pictures(items: list[dict[str, Any]]) -> Iterator[Picture]:
    for item in items:
        for part in item["content"] if isinstance(item.get("content"), list) else ():
            if part.get("type") == "input_image" and part.get("image_url"):
                try:
                    yield read_data_url(part["image_url"])
                except ValueError:
                    raise Invalid("Invalid base64 image_url.", code="invalid_base64") from None


def _items(reply: Reply, asked: Asked) -> list[dict[str, Any]]:
    """Return the output items, complete."""
    items: list[dict[str, Any]] = []
    if reply.reasoning:
        text = "" if reply.sealed else reply.whole_reasoning
        summary = [{"type": "summary_text", "text": text}] if text else []
        items.append(
            {
                "id": "rs_mock",
                "type": "reasoning",
                "summary": summary,
                "encrypted_content": seal(reply.whole_reasoning),
            }
        )
    if reply.deltas or reply.refusal or not reply.tool_calls:
        items.append(_message(reply, asked))
    for number, call in enumerate(reply.tool_calls):
        items.append(
            {
                "id": f"fc_mock{number}",
                "type": "function_call",
                "status": "completed",
                "call_id": call.id or f"call_mock{number}",
                "name": call.name,
                "arguments": call.arguments,
            }
        )
    return items


def _message(reply: Reply, asked: Asked) -> dict[str, Any]:
    part: dict[str, Any] = {
        "type": "output_text",
        "text": reply.whole_text,
        "annotations": [],
        "logprobs": [_logprob(word, whole=True) for word in reply.deltas if asked.logprobs],
    }
    if reply.refusal:
        part = {"type": "refusal", "refusal": reply.refusal}
    status = "completed" if reply.finish in {"stop", "tool_calls"} else "incomplete"
    said = {"id": "msg_mock", "type": "message", "role": "assistant", "status": status}
    return said | {"content": [part]}


def _response(reply: Reply | None, asked: Asked, items: list[dict[str, Any]]) -> dict[str, Any]:
    body = asked.body
    response: dict[str, Any] = {
        "id": "resp_mock",
        "object": "response",
        "created_at": 1_790_000_000,
        "status": "in_progress",
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": body.get("instructions"),
        "max_output_tokens": asked.max_tokens,
        "model": asked.model,
        "output": items,
        "parallel_tool_calls": body.get("parallel_tool_calls", True),
        "previous_response_id": None,
        "reasoning": body.get("reasoning") or {"effort": None, "summary": None},
        "service_tier": "default",
        "store": body.get("store", True),
        "temperature": body.get("temperature", 1.0),
        "text": body.get("text") or {"format": {"type": "text"}},
        "tool_choice": body.get("tool_choice") or "auto",
        "tools": body.get("tools") or [],
        "top_p": body.get("top_p", 1.0),
        "truncation": "disabled",
        "usage": None,
        "metadata": {},
    }
    if reply is None:
        return response
    response["status"] = "completed"
    if reply.finish in {"length", "content_filter"}:
        reason = "max_output_tokens" if reply.finish == "length" else "content_filter"
        response |= {"status": "incomplete", "incomplete_details": {"reason": reason}}
    written = reply.answer_tokens + reply.reasoning_tokens
    response["usage"] = {
        "input_tokens": asked.prompt_tokens,
        "input_tokens_details": {"cached_tokens": reply.cached, "cache_write_tokens": 0},
        "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": reply.reasoning_tokens},
        "total_tokens": asked.prompt_tokens + written,
    }
    return response


def events_of(reply: Reply, asked: Asked) -> Iterator[Piece]:
    """Yield the answer as named events with running numbers."""
    numbers = count()

    def said(kind: str, where: str = "delta", **fields: Any) -> Piece:
        value = {"type": kind, "sequence_number": next(numbers), **fields}
        return event(value, where, name=kind)  # type: ignore[arg-type]

    started = _response(None, asked, [])
    yield said("response.created", "open", response=started)
    yield said("response.in_progress", "open", response=started)
    items = _items(reply, asked)
    for at, item in enumerate(items):
        yield said("response.output_item.added", "open", output_index=at, item=_begun(item))
        for kind, fields in _changes(item, reply):
            where = "delta" if kind.endswith(".delta") else "close"
            yield said(kind, where, item_id=item["id"], output_index=at, **fields)
        yield said("response.output_item.done", "close", output_index=at, item=item)
    response = _response(reply, asked, items)
    yield said(f"response.{response['status']}", "end", response=response)


def _begun(item: dict[str, Any]) -> dict[str, Any]:
    match item["type"]:
        case "reasoning":
            return item | {"summary": [], "encrypted_content": "gAAAApartial"}
        case "message":
            return item | {"content": [], "status": "in_progress"}
        case _:
            return item | {"arguments": "", "status": "in_progress"}


def _changes(item: dict[str, Any], reply: Reply) -> Iterator[tuple[str, dict[str, Any]]]:
    match item["type"]:
        case "reasoning" if item["summary"]:
            place: dict[str, Any] = {"summary_index": 0}
            empty = {"type": "summary_text", "text": ""}
            whole_part = item["summary"][0]
            yield "response.reasoning_summary_part.added", place | {"part": empty}
            for thought in reply.thoughts:
                yield "response.reasoning_summary_text.delta", place | {"delta": thought}
            yield "response.reasoning_summary_text.done", place | {"text": whole_part["text"]}
            yield "response.reasoning_summary_part.done", place | {"part": whole_part}
        case "message":
            yield from _message_changes(item["content"][0], reply)
        case "function_call":
            for fragment in cut_arguments(item["arguments"]):
                yield "response.function_call_arguments.delta", {"delta": fragment}
            done = {"arguments": item["arguments"], "name": item["name"]}
            yield "response.function_call_arguments.done", done


def _message_changes(part: dict[str, Any], reply: Reply) -> Iterator[tuple[str, dict[str, Any]]]:
    place = {"content_index": 0}
    word = "refusal" if part["type"] == "refusal" else "text"
    kind = "refusal" if word == "refusal" else "output_text"
    yield "response.content_part.added", place | {"part": part | {word: ""}}
    for delta in (reply.refusal,) if word == "refusal" else reply.deltas:
        beside = _beside(part, (delta,))
        yield f"response.{kind}.delta", place | {"delta": delta, "obfuscation": "x"} | beside
    yield f"response.{kind}.done", place | {word: part[word]} | _beside(part, reply.deltas)
    yield "response.content_part.done", place | {"part": part}


def _beside(part: dict[str, Any], words: tuple[str, ...]) -> dict[str, Any]:
    """Return the log probabilities that stand beside `words` of a text, if it has any."""
    if part["type"] == "refusal":
        return {}
    return {"logprobs": [_logprob(word, whole=False) for word in words if part["logprobs"]]}


def _logprob(word: str, *, whole: bool) -> dict[str, Any]:
    """Return a token as the API tells it; only a whole part spells the bytes."""
    token: dict[str, Any] = {"token": word, "logprob": -0.25}
    if whole:
        token["bytes"] = list(word.encode())
    return token | {"top_logprobs": [token]}
