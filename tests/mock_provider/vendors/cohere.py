"""Cohere's own v2 chat: p, k and stop_sequences, events with names of their own."""

from collections.abc import Iterator
from typing import Any, ClassVar

from mock_provider.connection import Request
from mock_provider.keys import Standing
from mock_provider.outputs import DONE, Output, Piece, event, whole
from mock_provider.replies import Asked, Reply, Tool, cut_arguments, words
from mock_provider.vendors.chat_completions import ChatCompletions, text_of
from mock_provider.vendors.vendor import Invalid, Routes, Vendor, body_of

FIELDS = words(
    "model messages stream temperature p k seed max_tokens stop_sequences frequency_penalty "
    "presence_penalty logprobs tools tool_choice strict_tools documents citation_options "
    "safety_mode response_format thinking priority"
)
RANGES = {
    "temperature": (0, 5),
    "p": (0.01, 0.99),
    "k": (0, 500),
    "frequency_penalty": (0, 1),
    "presence_penalty": (0, 1),
}
PARTS = {
    "user": {"text", "image_url"},
    "system": {"text"},
    "assistant": {"text", "thinking"},
    "tool": {"text", "document", "image_url"},
}
FINISHES = {
    "stop": "COMPLETE",
    "length": "MAX_TOKENS",
    "tool_calls": "TOOL_CALL",
    "content_filter": "ERROR",
}


class Cohere(Vendor):
    """Chat at `/cohere/v2/chat`."""

    name = "cohere"
    prefix = "/cohere"
    routes: ClassVar[Routes] = (
        ("GET", r"/v1/models", "list_models"),
        ("POST", r"/v1/check-api-key", "check_key"),
        ("POST", r"/v2/chat", "chat"),
    )
    models: ClassVar[tuple[str, ...]] = (
        "command-a-plus-05-2026",
        "command-a-03-2025",
        "command-a-reasoning",
        "command-a-vision",
    )
    families = r"(command|c4ai)-[\w.-]+"

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
        return whole({"id": "mock-error", "message": message}, status=status, headers=headers)

    def error_event(self, message: str) -> Piece:
        ending = {"finish_reason": "ERROR", "error": message, "usage": None}
        return _said("message-end", "end", delta=ending)

    def unknown_event(self) -> Piece:
        return _said("novelty-start", "delta", index=0, delta={"x": 1})

    def no_such_model(self, model: str) -> Output:
        return self.error(
            404,
            f"model '{model}' not found, make sure the correct model ID was used and that you have "
            "access to the model.",
        )

    def no_such_path(self, request: Request) -> Output:
        return Output(
            status=404,
            headers={"content-type": "text/plain"},
            pieces=(Piece(b"404 page not found\n"),),
        )

    def key_error(self, standing: Standing, key: str) -> Output:
        match standing:
            case "missing":
                return self.error(401, "no api key supplied")
            case "no_credit":
                return self.error(402, "Please add or update your payment method to continue.")
            case "rate_limited":
                return self.error(
                    429,
                    "You are using a Trial key, which is limited to 20 API calls / minute. You can "
                    "continue to use the Trial key for free or upgrade to a Production key.",
                )
        return self.error(
            401,
            "Incorrect API key provided: ***********. You can find your API key at "
            "https://dashboard.cohere.com/api-keys.",
        )

    def check_key(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        return whole({"valid": True, "organization_id": "mock", "owner_id": "mock"})

    def list_models(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        ids = self.listed(request)
        size = int(request.query.get("page_size") or 20)
        start = int(request.query.get("page_token") or 0)
        cards = [
            {
                "name": model,
                "endpoints": ["chat"],
                "finetuned": False,
                "context_length": 288_000,
                "features": ["tools", "json_mode"],
                "is_deprecated": False,
                "tokenizer_url": "",
            }
            for model in ids[start : start + size]
        ]
        beside = {"next_page_token": str(start + size)} if start + size < len(ids) else {}
        return self.as_list(request, "models", cards, **beside)

    # Chat ---------------------------------------------------------------------------------

    def chat(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=True)
        body = body_of(request)
        model = body.get("model")
        if not isinstance(model, str):
            raise Invalid("invalid request: model is required")
        if not self.knows(model):
            return self.no_such_model(model)
        check(body)
        return self.reply(read(body))

    def document_of(self, reply: Reply, asked: Asked) -> Any:
        content: list[dict[str, Any]] = []
        if reply.reasoning and not reply.sealed:
            content.append({"type": "thinking", "thinking": reply.whole_reasoning})
        if reply.deltas or reply.refusal:
            content.append({"type": "text", "text": reply.whole_text + reply.refusal})
        message: dict[str, Any] = {"role": "assistant", "content": content}
        if reply.tool_calls:
            message["tool_plan"] = "I will use a tool."
            message["tool_calls"] = [
                _call(number, call.id, call.name, call.arguments)
                for number, call in enumerate(reply.tool_calls)
            ]
        return {
            "id": "mock-chat",
            "finish_reason": FINISHES[reply.finish],
            "message": message,
            "usage": usage(reply, asked),
        }

    def pieces_of(self, reply: Reply, asked: Asked) -> Iterator[Piece]:
        empty = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": []}
        yield _said("message-start", "open", id="mock-chat", delta={"message": empty})
        place = 0
        words = reply.deltas + ((reply.refusal,) if reply.refusal else ())
        thoughts = () if reply.sealed else reply.thoughts
        for kind, pieces in (("thinking", thoughts), ("text", words)):
            if not pieces:
                continue
            begun = {"message": {"content": {"type": kind, kind: ""}}}
            yield _said("content-start", "open", index=place, delta=begun)
            for piece in pieces:
                delta = {"message": {"content": {kind: piece}}}
                yield _said("content-delta", "delta", index=place, delta=delta)
            yield _said("content-end", "close", index=place)
            place += 1
        yield from _tool_events(reply)
        ending = {"finish_reason": FINISHES[reply.finish], "usage": usage(reply, asked)}
        yield _said("message-end", "end", delta=ending)
        yield DONE


def _said(kind: str, where: Any, **fields: Any) -> Piece:
    return event({"type": kind, **fields}, where, name=kind)


def _call(number: int, call_id: str | None, name: str, arguments: str) -> dict[str, Any]:
    return {
        "id": call_id or f"{name}_mock{number}",
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }


def _tool_events(reply: Reply) -> Iterator[Piece]:
    for word in ("I will ", "use a tool.") if reply.tool_calls else ():
        yield _said("tool-plan-delta", "delta", delta={"message": {"tool_plan": word}})
    for number, call in enumerate(reply.tool_calls):
        begun = {"message": {"tool_calls": _call(number, call.id, call.name, "")}}
        yield _said("tool-call-start", "open", index=number, delta=begun)
        for part in cut_arguments(call.arguments):
            delta = {"message": {"tool_calls": {"function": {"arguments": part}}}}
            yield _said("tool-call-delta", "delta", index=number, delta=delta)
        yield _said("tool-call-end", "close", index=number)


def usage(reply: Reply, asked: Asked) -> dict[str, Any]:
    """Count as Cohere does: billed units beside the tokens really used."""
    written = reply.answer_tokens + reply.reasoning_tokens
    tokens = {"input_tokens": asked.prompt_tokens, "output_tokens": written}
    if reply.reasoning:
        tokens["reasoning_tokens"] = reply.reasoning_tokens
    return {"billed_units": dict(tokens), "tokens": tokens, "cached_tokens": reply.cached}


def check(body: dict[str, Any]) -> None:
    """Refuse what Cohere refuses."""
    for name in body:
        if name not in FIELDS:
            raise Invalid(f"invalid request: unknown field {name}", status=422)
    for name, (low, high) in RANGES.items():
        value = body.get(name)
        if value is not None and not low <= value <= high:
            raise Invalid(f"invalid request: {name} must be between {low} and {high} inclusive.")
    if len(body.get("stop_sequences") or ()) > 5:
        raise Invalid("invalid request: stop_sequences must have at most 5 elements.")
    if body.get("tool_choice") not in (None, "REQUIRED", "NONE"):
        raise Invalid("invalid request: tool_choice must be one of REQUIRED, NONE.")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Invalid("invalid request: list of messages must not be empty")
    for at, message in enumerate(messages):
        _check_message(at, message)
    _check_order(messages)


def _check_message(at: int, message: dict[str, Any]) -> None:
    role, content = message.get("role"), message.get("content")
    if role not in PARTS:
        raise Invalid(f"invalid request: messages[{at}].role is invalid")
    for number, part in enumerate(content if isinstance(content, list) else ()):
        if part.get("type") not in PARTS[role]:
            raise Invalid(f"invalid request: messages[{at}].content[{number}].type is invalid")
    if not content and not message.get("tool_calls"):
        raise Invalid(
            f"invalid request: message at index {at} must have non-empty content or tool calls."
        )
    if role != "assistant" and "tool_calls" in message:
        raise Invalid("invalid request: only assistant messages may have tool_calls")


def _check_order(messages: list[dict[str, Any]]) -> None:
    called: set[str] = set()
    for message in messages:
        if message["role"] == "tool" and message.get("tool_call_id") not in called:
            raise Invalid("invalid request: tool_call_id of a tool message is not found")
        called |= {call["id"] for call in message.get("tool_calls") or ()}
    if messages[-1]["role"] not in {"user", "tool"}:
        raise Invalid("invalid request: last message must be from the user or a tool.")


def read(body: dict[str, Any]) -> Asked:
    """Return what is asked, of a body that passed the checks."""
    wanted = body.get("response_format") or {}
    as_openai = {
        "model": body["model"],
        "messages": body["messages"],
        "stream": body.get("stream"),
        "stop": body.get("stop_sequences"),
        "max_tokens": body.get("max_tokens"),
        "tools": body.get("tools"),
        "tool_choice": (body.get("tool_choice") or "auto").lower(),
    }
    asked = ChatCompletions.read(_READER, as_openai)
    fields = {name: getattr(asked, name) for name in Asked.__dataclass_fields__}
    last = body["messages"][-1]
    fields["tool_result"] = _result_of(last) if last["role"] == "tool" else None
    fields["schema"] = wanted.get("json_schema") or wanted.get("schema")
    fields["json_mode"] = wanted.get("type") == "json_object"
    fields["tools"] = tuple(Tool(tool.name, tool.parameters) for tool in asked.tools)
    return Asked(**fields | {"body": body})


_READER = ChatCompletions.__new__(ChatCompletions)


def _result_of(message: dict[str, Any]) -> str:
    content = message["content"]
    if isinstance(content, str):
        return content
    documents = [part["document"] for part in content if part["type"] == "document"]
    said = [str(document.get("data", document)) for document in documents]
    return text_of(content) + "".join(said)
