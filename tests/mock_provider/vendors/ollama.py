"""Ollama: its native chat in NDJSON, and its OpenAI route beside it."""

import base64
import re
from collections.abc import Iterator
from typing import Any, ClassVar

import msgspec

from mock_provider.behaviours import is_behaviour, read_base64
from mock_provider.connection import Request
from mock_provider.outputs import Output, Piece, document, whole
from mock_provider.replies import Asked, Picture, Reply, Tool
from mock_provider.vendors.compatible import Compatible
from mock_provider.vendors.vendor import Invalid, Routes, Vendor, body_of

MODIFIED = "2026-08-07T06:08:23.577476Z"
FINISHES = {"stop": "stop", "length": "length", "tool_calls": "stop", "content_filter": "stop"}
# Magic bytes of the pictures Ollama reads, for it sniffs what base64 does not say.
KINDS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}


class OllamaOpenAI(Compatible):
    """Ollama's own OpenAI route."""

    name = "ollama-openai"
    prefix = "/ollama"
    models: ClassVar[tuple[str, ...]] = ("qwen3:8b", "llama3.2:1b")
    owner = "library"


class Ollama(Vendor):
    """Chat at `/ollama/api/chat`."""

    name = "ollama"
    prefix = "/ollama"
    routes: ClassVar[Routes] = (
        ("GET", r"/?", "greet"),
        ("GET", r"/api/version", "version"),
        ("GET", r"/api/tags", "list_models"),
        ("GET", r"/api/ps", "list_loaded"),
        ("POST", r"/api/show", "show"),
        ("POST", r"/api/chat", "chat"),
        ("GET", r"/v1/.*", "speak_openai"),
        ("POST", r"/v1/.*", "speak_openai"),
    )
    models: ClassVar[tuple[str, ...]] = ("qwen3:8b", "llama3.2:1b")
    key_required = False
    stream_type = "application/x-ndjson"

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
        return whole({"error": message}, status=status, headers=headers)

    def error_event(self, message: str) -> Piece:
        return _line({"error": message}, "end")

    def unknown_event(self) -> Piece:
        return _line({"novelty": {"x": 1}})

    def no_such_model(self, model: str) -> Output:
        return self.error(404, f"model '{model}' not found")

    def no_such_path(self, request: Request) -> Output:
        return document(b"404 page not found", "text/plain", status=404)

    def knows(self, model: str) -> bool:
        # A name without a tag means `latest`.
        return super().knows(model) or super().knows(model.removesuffix(":latest"))

    def greet(self, _request: Request, _found: Any) -> Output:
        return document(b"Ollama is running", "text/plain; charset=utf-8")

    def version(self, _request: Request, _found: Any) -> Output:
        return whole({"version": "0.33.0"})

    def list_models(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        return self.as_list(request, "models", [_card(model) for model in self.listed(request)])

    def list_loaded(self, _request: Request, _found: Any) -> Output:
        loaded = {"size_vram": 5_000_000_000, "context_length": 4096}
        return whole({"models": [_card(self.models[0]) | loaded]})

    def show(self, request: Request, _found: Any) -> Output:
        model = body_of(request).get("model", "")
        if not self.knows(model):
            return self.no_such_model(model)
        card = _card(model)
        return whole(
            {
                "details": card["details"],
                "model_info": {"general.architecture": "qwen3", "qwen3.context_length": 40_960},
                "capabilities": ["completion", "tools", "thinking", "vision"],
                "parameters": "",
                "template": "{{ .Prompt }}",
            }
        )

    def speak_openai(self, request: Request, _found: Any) -> Output:
        return OllamaOpenAI(self.state).handle(request)

    def chat(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=True)
        body = body_of(request)
        model = body.get("model")
        if not model:
            raise Invalid("model is required")
        if not self.knows(model):
            return self.no_such_model(model)
        check(body)
        return self.reply(read(body))

    def document_of(self, reply: Reply, asked: Asked) -> Any:
        message: dict[str, Any] = {"role": "assistant", "content": reply.whole_text + reply.refusal}
        if reply.reasoning and not reply.sealed:
            message["thinking"] = reply.whole_reasoning
        if reply.tool_calls:
            message["tool_calls"] = _calls(reply)
        return _head(asked) | {"message": message} | _ending(reply, asked)

    def pieces_of(self, reply: Reply, asked: Asked) -> Iterator[Piece]:
        def said(**message: Any) -> Piece:
            value = {"role": "assistant", "content": "", **message}
            return _line(_head(asked) | {"message": value, "done": False})

        for thought in () if reply.sealed else reply.thoughts:
            yield said(thinking=thought)
        for word in (*reply.deltas, *((reply.refusal,) if reply.refusal else ())):
            yield said(content=word)
        if reply.tool_calls:
            yield said(tool_calls=_calls(reply))
        last = {"message": {"role": "assistant", "content": ""}}
        yield _line(_head(asked) | last | _ending(reply, asked), "end")


def _line(value: Any, kind: Any = "delta") -> Piece:
    return Piece(msgspec.json.encode(value) + b"\n", kind)


def _head(asked: Asked) -> dict[str, Any]:
    return {"model": asked.model, "created_at": MODIFIED}


def _ending(reply: Reply, asked: Asked) -> dict[str, Any]:
    return {
        "done": True,
        "done_reason": FINISHES[reply.finish],
        "total_duration": 8_633_813_833,
        "load_duration": 143_253_708,
        "prompt_eval_count": asked.prompt_tokens,
        "prompt_eval_duration": 25_843_000,
        "eval_count": reply.answer_tokens + reply.reasoning_tokens,
        "eval_duration": 8_442_672_000,
    }


def _calls(reply: Reply) -> list[dict[str, Any]]:
    return [
        {
            "id": call.id or f"call_mock{number}",
            "function": {
                "index": number,
                "name": call.name,
                "arguments": msgspec.json.decode(call.arguments or "{}"),
            },
        }
        for number, call in enumerate(reply.tool_calls)
    ]


def _card(model: str) -> dict[str, Any]:
    return {
        "name": model,
        "model": model,
        "modified_at": MODIFIED,
        "size": 5_225_388_164,
        "digest": "500a1f067a9f",
        "details": {
            "format": "gguf",
            "family": "qwen3",
            "families": ["qwen3"],
            "parameter_size": "8.2B",
            "quantization_level": "Q4_K_M",
        },
    }


def check(body: dict[str, Any]) -> None:
    """Refuse what Ollama cannot read: its Go structs are typed, unknown fields are ignored."""
    for message in body.get("messages") or ():
        if not isinstance(message.get("content", ""), str):
            raise Invalid(
                "json: cannot unmarshal array into Go struct field ChatRequest.messages.content of "
                "type string"
            )
        if message.get("role") not in {"system", "user", "assistant", "tool"}:
            raise Invalid('invalid role: must be one of "system", "user", "assistant", or "tool"')
        for call in message.get("tool_calls") or ():
            if not isinstance(call.get("function", {}).get("arguments", {}), dict):
                raise Invalid(
                    "json: cannot unmarshal string into Go struct field "
                    "ChatRequest.messages.tool_calls.function.arguments of type map[string]any"
                )
    think = body.get("think")
    if think not in (None, True, False, "low", "medium", "high", "max"):
        raise Invalid(f'invalid think value: "{think}"')
    if think and not is_behaviour(body["model"]) and not body["model"].startswith("qwen3"):
        raise Invalid(f'"{body["model"]}" does not support thinking')
    wanted = body.get("format")
    if wanted not in (None, "", "json") and not isinstance(wanted, dict):
        raise Invalid(f'invalid format: "{wanted}"; expected "json" or a valid JSON Schema object')


def read(body: dict[str, Any]) -> Asked:
    """Return what is asked, of a body that passed the checks."""
    messages = body.get("messages") or []
    options = body.get("options") or {}
    stop = options.get("stop") or ()
    wanted = body.get("format")
    limit = options.get("num_predict", -1)
    last: dict[str, Any] = messages[-1] if messages else {}
    return Asked(
        model=body["model"],
        stream=body.get("stream", True),
        turns=tuple((message["role"], message.get("content", "")) for message in messages),
        tools=tuple(
            Tool(tool["function"]["name"], tool["function"].get("parameters") or {})
            for tool in body.get("tools") or ()
        ),
        tool_result=last.get("content", "") if last.get("role") == "tool" else None,
        schema=wanted if isinstance(wanted, dict) else None,
        json_mode=wanted == "json",
        pictures=tuple(_pictures(messages)),
        stops=(stop,) if isinstance(stop, str) else tuple(stop),
        max_tokens=limit if limit > 0 else None,
        body=body,
    )


def _pictures(messages: list[dict[str, Any]]) -> Iterator[Picture]:
    for message in messages:
        for image in message.get("images") or ():
            if re.match(r"(data|https?):", image):
                raise Invalid("illegal base64 data at input byte 4")
            try:
                yield read_base64(_kind_of(image), image)
            except ValueError:
                raise Invalid("illegal base64 data at input byte 0") from None


def _kind_of(image: str) -> str:
    start = base64.b64decode(image[:16] + "=" * (-len(image[:16]) % 4))
    return next((kind for magic, kind in KINDS.items() if start.startswith(magic)), "image/unknown")
