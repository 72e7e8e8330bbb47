"""Mistral's La Plateforme: 422 for unknown fields, a strict order of roles, the prefix echoed."""

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from mock_provider.behaviours import numbered
from mock_provider.connection import Request
from mock_provider.keys import Standing
from mock_provider.outputs import Output, Piece, event, whole
from mock_provider.replies import Asked, Reply, ToolUse, words
from mock_provider.vendors.chat_completions import ChatCompletions
from mock_provider.vendors.vendor import Invalid

FIELDS = words(
    "model messages temperature top_p max_tokens stop random_seed n presence_penalty "
    "frequency_penalty logprobs top_logprobs prompt_logprobs top_prompt_logprobs min_tokens "
    "repetition_penalty top_k response_format tools tool_choice parallel_tool_calls "
    "prediction reasoning_effort prompt_mode safe_prompt guardrails prompt_cache_key "
    "service_tier metadata stream"
)
MESSAGE_FIELDS = {
    "system": frozenset({"role", "content"}),
    "user": frozenset({"role", "content"}),
    "assistant": frozenset({"role", "content", "tool_calls", "prefix"}),
    "tool": frozenset({"role", "content", "name", "tool_call_id"}),
}
PARTS = {
    "user": {"text", "image_url", "document_url", "file", "input_audio", "reference"},
    "assistant": {"text", "thinking", "reference"},
}
CONTINUES = {"3230": "invalid_request_message_order", "3280": "invalid_function_call"}


class Mistral(ChatCompletions):
    """Chat at `/mistral/v1/chat/completions`."""

    name = "mistral"
    prefix = "/mistral"
    models: ClassVar[tuple[str, ...]] = (
        "mistral-large-latest",
        "mistral-medium-latest",
        "mistral-small-latest",
        "magistral-medium-latest",
        "ministral-8b-latest",
    )
    families = r"(mistral|magistral|ministral|codestral|devstral|pixtral|voxtral)-[\w.-]+"
    owner = "mistralai"
    usage_always = True
    fingerprint = None
    id_prefix = "cmpl-"

    def error(
        self,
        status: int,
        message: str,
        *,
        code: str | int | None = None,
        kind: str | None = None,
        param: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Output:
        named = kind or CONTINUES.get(str(code), "invalid_request_error")
        said = {
            "object": "error",
            "message": message,
            "type": named,
            "param": param,
            "code": code,
            "raw_status_code": status,
        }
        return whole(said, status=status, headers=headers)

    def status_error(self, status: int, headers: dict[str, str] | None = None) -> Output:
        if status == 401:
            return whole({"detail": "Unauthorized"}, status=401, headers=headers)
        if status == 429:
            return self.error(
                429, "Rate limit exceeded", code="1300", kind="rate_limited", headers=headers
            )
        return super().status_error(status, headers)

    def error_event(self, message: str) -> Piece:
        said = {"object": "error", "message": message, "type": "internal_error", "code": "3000"}
        return event(said, "end")

    def key_error(self, standing: Standing, key: str) -> Output:
        if standing in {"wrong", "missing"}:
            # Two gateways stand before the API and word it differently.
            if standing == "missing":
                said: dict[str, Any] = {"message": "Unauthorized", "request_id": "mock"}
                return whole(said, status=401)
            return self.status_error(401)
        return super().key_error(standing, key)

    def no_such_model(self, model: str) -> Output:
        return self.error(400, f"Invalid model: {model}", code="1500", kind="invalid_model")

    def no_such_path(self, request: Request) -> Output:
        return whole({"message": "no Route matched with those values"}, status=404)

    def card(self, model: str) -> dict[str, Any]:
        return super().card(model) | {
            "name": model,
            "description": "A model of the mock.",
            "max_context_length": 262_144,
            "aliases": [],
            "deprecation": None,
            "default_model_temperature": 0.7,
            "type": "base",
            "capabilities": {
                "completion_chat": True,
                "function_calling": True,
                "completion_fim": False,
                "fine_tuning": False,
                "vision": True,
            },
        }

    # Requests -----------------------------------------------------------------------------

    def check(self, body: dict[str, Any]) -> None:
        for name, value in body.items():
            if name not in FIELDS:
                raise _extra(["body", name], value)
        messages = body.get("messages")
        if not isinstance(messages, list) or not messages:
            raise _extra(["body", "messages"], messages, kind="too_short")
        for at, message in enumerate(messages):
            _check_message(at, message)
        _check_order(messages)
        _check_values(body)

    def read(self, body: dict[str, Any]) -> Asked:
        asked = super().read(body)
        last = body["messages"][-1]
        fields = {name: getattr(asked, name) for name in Asked.__dataclass_fields__}
        prefix = asked.turns[-1][1] if last.get("prefix") else ""
        return Asked(**fields | {"prefix": prefix, "include_usage": False})

    def refusal_of(self, wrong: Invalid) -> Output:
        if isinstance(wrong, Unprocessable):
            return whole(
                {
                    "object": "error",
                    "message": {"detail": [wrong.detail]},
                    "type": "invalid_request_error",
                    "param": None,
                    "code": None,
                    "raw_status_code": 422,
                },
                status=422,
            )
        return super().refusal_of(wrong)

    # Answers ------------------------------------------------------------------------------

    def first_delta(self) -> dict[str, Any]:
        return {"role": "assistant", "content": ""}

    def thought_delta(self, thought: str) -> dict[str, Any]:
        return {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": thought}]}]}

    def deltas(
        self, reply: Reply, asked: Asked
    ) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None, int]]:
        if asked.prefix:
            yield {"content": asked.prefix}, None, 0
        yield from super().deltas(reply, asked)

    def call_deltas(self, number: int, call: ToolUse) -> Iterator[dict[str, Any]]:
        # The whole call comes in one chunk.
        yield {"index": number, **self.tool_call(number, call, arguments=call.arguments)}

    def tool_call(self, number: int, call: ToolUse, *, arguments: str) -> dict[str, Any]:
        return super().tool_call(number, call, arguments=arguments) | {
            "id": call.id or f"mock0000{number}",
            "index": number,
        }

    def message(self, reply: Reply, asked: Asked, at: int) -> dict[str, Any]:
        said = super().message(reply, asked, at)
        text = asked.prefix + (reply.refusal or "".join(numbered(reply.deltas, at)))
        said["content"] = text
        if self.visible_thoughts(reply):
            thinking = {
                "type": "thinking",
                "thinking": [{"type": "text", "text": reply.whole_reasoning}],
                "closed": True,
            }
            said["content"] = [thinking, {"type": "text", "text": text}]
        calls = said.get("tool_calls")
        return {
            "role": "assistant",
            "content": said["content"],
            "tool_calls": calls,
            "prefix": False,
        }

    def ending(self, reply: Reply) -> dict[str, Any]:
        return {"finish_reason": "stop" if reply.finish == "content_filter" else reply.finish}


class Unprocessable(Invalid):
    """A body that does not fit the schema; `detail` says where."""

    def __init__(self, detail: dict[str, Any]) -> None:
        super().__init__(detail["msg"], status=422)
        self.detail = detail


def _extra(place: list[Any], value: Any, *, kind: str = "extra_forbidden") -> Unprocessable:
    words = {
        "extra_forbidden": "Extra inputs are not permitted",
        "missing": "Field required",
        "too_short": "List should have at least 1 item after validation, not 0",
    }
    said = {"type": kind, "loc": place, "msg": words.get(kind, "Input is not valid")}
    return Unprocessable(said | {"input": value})


def _check_message(at: int, message: dict[str, Any]) -> None:
    role = message.get("role")
    if role not in MESSAGE_FIELDS:
        raise _extra(["body", "messages", at], message, kind="union_tag_invalid")
    for name in message.keys() - MESSAGE_FIELDS[role]:
        raise _extra(["body", "messages", at, role, name], message[name])
    content = message.get("content")
    for number, part in enumerate(content if isinstance(content, list) else ()):
        if part.get("type") not in PARTS.get(role, {"text"}):
            raise _extra(
                ["body", "messages", at, role, "content", number], part, kind="union_tag_invalid"
            )
        if part["type"] == "input_audio" and not isinstance(part["input_audio"], str):
            raise _extra(["body", "messages", at, role, "content"], part, kind="string_type")
    if role == "assistant" and not content and not message.get("tool_calls"):
        raise _order("Assistant message must have either content or tool_calls, but not none.")


def _order(message: str) -> Invalid:
    return Invalid(message, code="3230")


def _check_order(messages: list[dict[str, Any]]) -> None:
    before, waiting = "", 0
    for message in messages:
        role = message["role"]
        if role == "system" and before not in {"", "system"}:
            raise _order(f"Unexpected role 'system' after role '{before}'")
        if role == "user" and before == "tool":
            raise _order("Unexpected role 'user' after role 'tool'")
        if role == "tool" and (before not in {"assistant", "tool"} or not waiting):
            raise _order(f"Unexpected role 'tool' after role '{before or 'start'}'")
        if role != "tool" and waiting:
            raise _order("Not the same number of function calls and responses")
        waiting = waiting - 1 if role == "tool" else len(message.get("tool_calls") or ())
        _check_call_ids(message)
        before = role
    last = messages[-1]
    if waiting:
        raise _order("Not the same number of function calls and responses")
    if last["role"] not in {"user", "tool"} and not last.get("prefix"):
        raise _order(
            "Expected last role User or Tool (or Assistant with prefix True) for serving but got "
            f"{last['role']}"
        )
    if any(message.get("prefix") for message in messages[:-1]):
        raise _order("Only the last message may have prefix set to True")


def _check_call_ids(message: dict[str, Any]) -> None:
    ids = [call.get("id", "") for call in message.get("tool_calls") or ()]
    ids += [message["tool_call_id"]] if message.get("tool_call_id") else []
    for one in ids:
        if not re.fullmatch(r"[a-zA-Z0-9]{9}", one):
            raise Invalid(
                f"Tool call id was {one} but must be a-z, A-Z, 0-9, with a length of 9.",
                code="3280",
            )


def _check_values(body: dict[str, Any]) -> None:
    temperature, top_p = body.get("temperature"), body.get("top_p")
    if temperature is not None and not 0 <= temperature <= 1.5:
        raise _extra(["body", "temperature"], temperature, kind="less_than_equal")
    if top_p is not None and not 0 < top_p <= 1:
        raise _extra(["body", "top_p"], top_p, kind="less_than_equal")
    if temperature == 0 and top_p not in (None, 1):
        raise Invalid("top_p must be 1 when using greedy sampling.", kind="invalid_request_top_p")
    seed = body.get("random_seed")
    if seed is not None and seed < 0:
        raise _extra(["body", "random_seed"], seed, kind="greater_than_equal")
    is_latest = re.match(r"mistral-(small|medium|large)", body["model"])
    if is_latest and body.get("reasoning_effort") not in (None, "none", "high"):
        raise Invalid("reasoning_effort must be 'none' or 'high' for this model.")
    if body["model"].startswith("magistral") and "reasoning_effort" in body:
        raise Invalid("reasoning_effort is not supported for this model.")
