"""Anthropic's Messages API."""

import re
from collections.abc import Iterator
from typing import Any, ClassVar

import msgspec

from mock_provider.behaviours import read_base64
from mock_provider.connection import Request
from mock_provider.keys import Standing
from mock_provider.outputs import Output, Piece, event, whole
from mock_provider.replies import Asked, Picture, Reply, Tool, cut_arguments
from mock_provider.vendors import anthropic_checks
from mock_provider.vendors.vendor import Invalid, Routes, Vendor, body_of

KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
STOPS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}
VERSIONS = ("2023-06-01", "2026-10-21")


class Anthropic(Vendor):
    """Messages at `/anthropic/v1/messages`."""

    name = "anthropic"
    prefix = "/anthropic"
    routes: ClassVar[Routes] = (
        ("GET", r"/v1/models", "list_models"),
        ("GET", r"/v1/models/(.+)", "show_model"),
        ("POST", r"/v1/messages", "create"),
        ("POST", r"/v1/messages/count_tokens", "count"),
    )
    models: ClassVar[tuple[str, ...]] = (
        "claude-opus-5-5",
        "claude-sonnet-5-5",
        "claude-haiku-5-5",
        "claude-opus-4-8",
        "claude-sonnet-4-6",
        "claude-haiku-4-5",
    )
    families = r"claude-[\w.@-]+"
    id_infix: ClassVar[str] = ""

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
        named = kind or KINDS.get(status, "api_error" if status >= 500 else KINDS[400])
        said: dict[str, Any] = {"type": named, "message": message}
        if code:
            said["details"] = {"error_code": code}
        value = {"type": "error", "error": said, "request_id": "req_mock"}
        headers = {"request-id": "req_mock", **(headers or {})}
        return whole(value, status=status, headers=headers)

    def error_event(self, message: str) -> Piece:
        said = {"type": "overloaded_error", "message": message}
        return event({"type": "error", "error": said}, "end", name="error")

    def unknown_event(self) -> Piece:
        return event({"type": "novelty", "index": 0, "value": {"x": 1}}, name="novelty")

    def no_such_model(self, model: str) -> Output:
        return self.error(404, f"model: {model}")

    def no_such_path(self, request: Request) -> Output:
        return self.error(404, "Not Found")

    def extra_headers(self) -> dict[str, str]:
        return {
            "request-id": "req_mock",
            "anthropic-organization-id": "org-mock",
            "anthropic-ratelimit-requests-limit": "50",
            "anthropic-ratelimit-requests-remaining": "49",
        }

    # Keys ---------------------------------------------------------------------------------

    def key_of(self, request: Request) -> str | None:
        return request.headers.get("x-api-key") or request.bearer

    def key_error(self, standing: Standing, key: str) -> Output:
        match standing:
            case "missing":
                return self.error(401, "x-api-key header is required")
            case "no_credit":
                return self.error(
                    400,
                    "Your credit balance is too low to access the Anthropic API. Please go to "
                    "Plans & Billing to upgrade or purchase credits.",
                )
            case "rate_limited":
                return self.error(
                    429,
                    "This request would exceed your organization's rate limit of 50 requests per "
                    "minute.",
                    headers={"retry-after": "12"},
                )
            case "no_scope":
                return self.error(403, "Your API key does not have permission to list models.")
        return self.error(401, "invalid x-api-key")

    def check_headers(self, request: Request) -> None:
        """Refuse requests without a version this API knows."""
        version = request.headers.get("anthropic-version")
        if version is None:
            raise Invalid("anthropic-version: header is required")
        if version not in VERSIONS:
            raise Invalid(f'anthropic-version: "{version}" is not a valid version')

    # Models -------------------------------------------------------------------------------

    def list_models(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        self.check_headers(request)
        ids = self.listed(request)
        limit = int(request.query.get("limit") or 20)
        if not 1 <= limit <= 1000:
            raise Invalid("limit: Input should be less than or equal to 1000")
        after = request.query.get("after_id")
        start = ids.index(after) + 1 if after in ids else 0
        page = ids[start : start + limit]
        beside = {
            "has_more": start + limit < len(ids),
            "first_id": page[0] if page else None,
            "last_id": page[-1] if page else None,
        }
        return self.as_list(request, "data", [card(model) for model in page], **beside)

    def show_model(self, request: Request, found: Any) -> Output:
        self.admit(request, paid=False)
        return whole(card(found[1])) if self.knows(found[1]) else self.no_such_model(found[1])

    # Messages -----------------------------------------------------------------------------

    def create(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=True)
        self.check_headers(request)
        return self.say(body_of(request), request.headers["anthropic-version"])

    def say(self, body: dict[str, Any], version: str) -> Output:
        """Answer `body` as the version `version` of the API does."""
        model = body.get("model")
        if not isinstance(model, str):
            raise Invalid("model: Field required")
        if not self.knows(model):
            return self.no_such_model(model)
        anthropic_checks.check(body, newest=version == VERSIONS[1])
        return self.reply(read(body))

    def count(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        self.check_headers(request)
        body = body_of(request)
        for name in {"max_tokens", "stream"} & body.keys():
            raise Invalid(f"{name}: Extra inputs are not permitted")
        anthropic_checks.check(body | {"max_tokens": 1}, newest=False)
        return whole({"input_tokens": read(body).prompt_tokens})

    def document_of(self, reply: Reply, asked: Asked) -> Any:
        return self._message(asked) | {
            "content": [block for block, _ in blocks(reply)],
            "usage": usage(reply, asked),
            **_ending(reply),
        }

    def _message(self, asked: Asked) -> dict[str, Any]:
        return {
            "id": f"msg_{self.id_infix}mock",
            "type": "message",
            "role": "assistant",
            "model": asked.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "stop_details": None,
        }

    def pieces_of(self, reply: Reply, asked: Asked) -> Iterator[Piece]:
        begun = self._message(asked) | {"usage": usage(reply, asked) | {"output_tokens": 1}}
        yield _said("message_start", "open", message=begun)
        for at, (block, deltas) in enumerate(blocks(reply)):
            yield _said("content_block_start", "open", index=at, content_block=_begun(block))
            if at == 0:
                yield _said("ping", "open")
            for delta in deltas:
                yield _said("content_block_delta", "delta", index=at, delta=delta)
            yield _said("content_block_stop", "close", index=at)
        spent = {"output_tokens": usage(reply, asked)["output_tokens"]}
        yield _said("message_delta", "end", delta=_ending(reply), usage=spent)
        yield _said("message_stop", "end")


def _said(kind: str, where: Any, **fields: Any) -> Piece:
    return event({"type": kind, **fields}, where, name=kind)


def blocks(reply: Reply) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Yield each content block, whole, and the deltas it is streamed in."""
    if reply.reasoning and reply.sealed:
        yield (
            {"type": "redacted_thinking", "data": anthropic_checks.sign(reply.whole_reasoning)},
            [],
        )
    elif reply.reasoning:
        text = reply.whole_reasoning
        deltas = [{"type": "thinking_delta", "thinking": thought} for thought in reply.thoughts]
        signed = {"type": "signature_delta", "signature": anthropic_checks.sign(text)}
        yield (
            {"type": "thinking", "thinking": text, "signature": anthropic_checks.sign(text)},
            [*deltas, signed],
        )
    if reply.deltas:
        deltas = [{"type": "text_delta", "text": word} for word in reply.deltas]
        yield {"type": "text", "text": reply.whole_text}, deltas
    for number, call in enumerate(reply.tool_calls):
        block = {
            "type": "tool_use",
            "id": call.id or f"toolu_mock{number}",
            "name": call.name,
            "input": msgspec.json.decode(call.arguments or "{}"),
        }
        parts = ["", *cut_arguments(call.arguments)] if call.arguments not in {"", "{}"} else []
        yield block, [{"type": "input_json_delta", "partial_json": part} for part in parts]


def _begun(block: dict[str, Any]) -> dict[str, Any]:
    empty: dict[str, dict[str, Any]] = {
        "text": {"text": ""},
        "thinking": {"thinking": "", "signature": ""},
        "tool_use": {"input": {}},
    }
    return block | empty.get(block["type"], {})


def _ending(reply: Reply) -> dict[str, Any]:
    refused = bool(reply.refusal) or reply.finish == "content_filter"
    details = {"type": "refusal", "category": None, "explanation": reply.refusal or None}
    return {
        "stop_reason": "refusal" if refused else STOPS[reply.finish],
        "stop_sequence": None,
        "stop_details": details if refused else None,
    }


def usage(reply: Reply, asked: Asked) -> dict[str, Any]:
    """Count as Anthropic does: the input without what came from the cache."""
    return {
        "input_tokens": asked.prompt_tokens - reply.cached,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": reply.cached,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
        "output_tokens": reply.answer_tokens + reply.reasoning_tokens,
        "output_tokens_details": {"thinking_tokens": reply.reasoning_tokens},
        "server_tool_use": None,
        "service_tier": "standard",
    }


def card(model: str) -> dict[str, Any]:
    """Return what the list says about `model`, with its capabilities."""
    rules = anthropic_checks.rules_of(model)
    yes, no = {"supported": True}, {"supported": False}
    kinds = {kind: yes if kind in rules.thinking else no for kind in anthropic_checks.THINKING}
    return {
        "type": "model",
        "id": model,
        "display_name": model.replace("-", " ").title(),
        "created_at": "2026-06-01T00:00:00Z",
        "lifecycle": "active",
        "deprecated_at": None,
        "retires_at": None,
        "max_input_tokens": rules.context,
        "max_tokens": rules.longest,
        "capabilities": {
            "image_input": yes,
            "pdf_input": yes,
            "thinking": {"supported": True, "types": kinds},
            "effort": {"supported": True, "low": yes, "medium": yes, "high": yes, "max": yes},
            "structured_outputs": yes,
        },
    }


def read(body: dict[str, Any]) -> Asked:
    """Return what is asked, of a body that passed the checks."""
    messages = body["messages"]
    turns = [
        (message["role"], anthropic_checks.text_of(message["content"])) for message in messages
    ]
    if body.get("system"):
        turns.insert(0, ("system", anthropic_checks.text_of(body["system"])))
    tools = tuple(
        Tool(tool["name"], tool["input_schema"])
        for tool in body.get("tools") or ()
        if "input_schema" in tool
    )
    choice = body.get("tool_choice") or {"type": "auto"}
    forced = choice.get("name")
    if choice["type"] == "any":
        forced = tools[0].name
    wanted = (body.get("output_config") or {}).get("format") or {}
    last = messages[-1]
    return Asked(
        model=body["model"],
        stream=bool(body.get("stream")),
        turns=tuple(turns),
        tools=() if choice["type"] == "none" else tools,
        forced_tool=forced,
        tool_result=_last_result(last["content"]) if last["role"] == "user" else None,
        schema=wanted.get("schema"),
        pictures=tuple(_pictures(messages)),
        stops=tuple(body.get("stop_sequences") or ()),
        max_tokens=body.get("max_tokens"),
        prefix=turns[-1][1] if last["role"] == "assistant" else "",
        thinks=(body.get("thinking") or {}).get("type", "disabled") != "disabled",
        body=body,
    )


def _last_result(content: Any) -> str | None:
    if not isinstance(content, list):
        return None
    results = [block for block in content if block["type"] == "tool_result"]
    return anthropic_checks.text_of(results[-1].get("content", "")) if results else None


def _pictures(messages: list[dict[str, Any]]) -> Iterator[Picture]:
    for message in messages:
        for block in message["content"] if isinstance(message["content"], list) else ():
            if block["type"] != "image":
                continue
            source = block["source"]
            if source["type"] != "base64":
                yield Picture(url=source.get("url") or source.get("file_id") or "")
                continue
            if not re.fullmatch(r"image/(jpeg|png|gif|webp)", source["media_type"]):
                raise Invalid(
                    "messages.0.content.0.image.source.base64.media_type: Input should be "
                    "'image/jpeg', 'image/png', 'image/gif' or 'image/webp'"
                )
            try:
                yield read_base64(source["media_type"], source["data"])
            except ValueError:
                raise Invalid(
                    "messages.0.content.0.image.source.base64: invalid base64 data"
                ) from None
