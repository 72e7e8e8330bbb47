"""Endpoints that speak Chat Completions with an accent: vLLM, LM Studio, xAI, DeepSeek and more."""

from collections.abc import Iterator
from typing import Any, ClassVar

import msgspec

from mock_provider.connection import Request
from mock_provider.keys import Standing
from mock_provider.outputs import Output, Piece, event, whole
from mock_provider.replies import Asked, Reply
from mock_provider.vendors.chat_completions import ChatCompletions
from mock_provider.vendors.vendor import Invalid, Routes


class Compatible(ChatCompletions):
    """A vLLM server: no key needed, but a wrong one is refused; unknown fields are ignored."""

    name = "compatible"
    prefix = "/compatible"
    routes: ClassVar[Routes] = (
        *ChatCompletions.routes,
        ("GET", r"/health", "health"),
        ("GET", r"/version", "version"),
        ("POST", r"/tokenize", "tokenize"),
        ("POST", r"/v1/completions", "text"),
    )
    models: ClassVar[tuple[str, ...]] = ("local-model", "org/other-model")
    owner = "vllm"
    reasoning_field = "reasoning"
    key_required = False
    fingerprint = None

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
        names = {400: "BadRequestError", 404: "NotFoundError", 401: "AuthenticationError"}
        named = names.get(status, "InternalServerError")
        said = {"message": message, "type": named, "param": param, "code": status}
        return whole({"error": said}, status=status, headers=headers)

    def key_error(self, standing: Standing, key: str) -> Output:
        if standing in {"wrong", "missing"}:
            return whole({"error": "Unauthorized"}, status=401)
        return super().key_error(standing, key)

    def no_such_path(self, request: Request) -> Output:
        return whole({"detail": "Not Found"}, status=404)

    def no_such_model(self, model: str) -> Output:
        return self.error(404, f"The model `{model}` does not exist.", param="model")

    def card(self, model: str) -> dict[str, Any]:
        return super().card(model) | {"root": model, "parent": None, "max_model_len": 32_768}

    def health(self, _request: Request, _found: Any) -> Output:
        return Output(pieces=(Piece(b"", "end"),))

    def version(self, _request: Request, _found: Any) -> Output:
        return whole({"version": "0.20.0"})

    def tokenize(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        body = request.json or {}
        text = body.get("prompt") or str(body.get("messages"))
        tokens = list(range((len(text) + 3) // 4))
        return whole({"count": len(tokens), "max_model_len": 32_768, "tokens": tokens})


class LMStudio(Compatible):
    """LM Studio: an unknown path is an error with status 200, JSON mode is not known."""

    name = "lmstudio"
    prefix = "/lmstudio"
    routes: ClassVar[Routes] = (
        *ChatCompletions.routes,
        ("GET", r"/api/v0/models", "list_with_state"),
    )
    models: ClassVar[tuple[str, ...]] = ("qwen2-vl-7b",)
    owner = "organization_owner"

    def no_such_path(self, request: Request) -> Output:
        return whole({"error": f"Unexpected endpoint or method. ({request.method} {request.path})"})

    def card(self, model: str) -> dict[str, Any]:
        return {"id": model, "object": "model", "owned_by": self.owner}

    def check(self, body: dict[str, Any]) -> None:
        super().check(body)
        if (body.get("response_format") or {}).get("type") == "json_object":
            raise Invalid("'response_format.type' must be 'json_schema' or 'text'")

    def list_with_state(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        cards = [
            {
                "id": model,
                "object": "model",
                "type": "llm",
                "publisher": "mock",
                "arch": "qwen2_vl",
                "quantization": "4bit",
                "state": "loaded",
                "max_context_length": 32_768,
                "loaded_context_length": 4096,
            }
            for model in self.listed(request)
        ]
        return self.as_list(request, "data", cards, object="list")


class XAI(ChatCompletions):
    """xAI: errors as plain strings, 400 for a bad key, reasoning beside the completion tokens."""

    name = "xai"
    prefix = "/xai"
    routes: ClassVar[Routes] = (
        *ChatCompletions.routes,
        ("GET", r"/v1/api-key", "show_key"),
        ("GET", r"/v1/language-models", "list_language_models"),
    )
    models: ClassVar[tuple[str, ...]] = ("grok-4.7", "grok-4.20-non-reasoning", "grok-code")
    families = r"grok-[\w.-]+"
    owner = "xai"
    reasoning_apart = True

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
        named = {
            400: "Client specified an invalid argument",
            403: "The caller does not have permission to execute the specified operation",
            404: "Some requested entity was not found",
            429: "Some resource has been exhausted",
        }.get(status, "The service is currently unavailable")
        return whole({"code": named, "error": message}, status=status, headers=headers)

    def key_error(self, standing: Standing, key: str) -> Output:
        if standing in {"wrong", "missing"}:
            return self.error(
                400,
                f"Incorrect API key provided: {key[:2]}***{key[-2:]}. You can obtain an API key "
                "from https://console.x.ai.",
            )
        if standing == "no_credit":
            return self.error(403, "Your team has run out of credits.")
        return super().key_error(standing, key)

    def check(self, body: dict[str, Any]) -> None:
        super().check(body)
        model = body["model"]
        if model.startswith("grok") and "non-reasoning" not in model:
            for name in ("presence_penalty", "frequency_penalty", "stop"):
                if body.get(name) is not None:
                    raise Invalid(f"Model {model} does not support parameter {name}.")
        if (body.get("top_logprobs") or 0) > 8:
            raise Invalid("top_logprobs must be between 0 and 8.")

    def show_key(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        blocked = {"team_blocked": False, "api_key_blocked": False, "api_key_disabled": False}
        return whole({"name": "mock", "acls": ["api-key:model:*"], **blocked})

    def list_language_models(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        cards = [{"id": model, "input_modalities": ["text"]} for model in self.listed(request)]
        return whole({"models": cards})


class DeepSeek(ChatCompletions):
    """DeepSeek: a balance call, keep-alive comments, reasoning that must go back in tool loops."""

    name = "deepseek"
    prefix = "/deepseek"
    routes: ClassVar[Routes] = (
        ("GET", r"(?:/v1)?/models", "list_models"),
        ("GET", r"(?:/v1)?/user/balance", "show_balance"),
        ("POST", r"(?:/v1|/beta)?/chat/completions", "chat"),
    )
    models: ClassVar[tuple[str, ...]] = ("deepseek-v4-flash", "deepseek-v4-pro")
    families = r"deepseek-[\w.-]+"
    owner = "deepseek"

    def key_error(self, standing: Standing, key: str) -> Output:
        if standing in {"wrong", "missing"}:
            return self.error(
                401,
                f"Authentication Fails, Your api key: ****{key[-4:]} is invalid",
                kind="authentication_error",
                code="invalid_request_error",
            )
        if standing == "no_credit":
            return self.error(402, "Insufficient Balance", kind="unknown_error")
        return super().key_error(standing, key)

    def no_such_model(self, model: str) -> Output:
        return self.error(400, "Model Not Exist")

    def show_balance(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        is_available = self.state.keys.standing(request.bearer) != "no_credit"
        total = "1.00" if is_available else "0.00"
        infos = {"currency": "USD", "total_balance": total, "granted_balance": "0.00"}
        return whole({"is_available": is_available, "balance_infos": [infos]})

    def check(self, body: dict[str, Any]) -> None:
        super().check(body)
        is_thinking = (body.get("thinking") or {}).get("type", "enabled") == "enabled"
        if not body["model"].startswith("deepseek-v4") or not is_thinking:
            return
        for message in body["messages"]:
            if message["role"] == "assistant" and not message.get("reasoning_content"):
                raise Invalid(
                    "The reasoning_content in the thinking mode must be passed back to the API."
                )

    def pieces_of(self, reply: Reply, asked: Asked) -> Iterator[Piece]:
        yield Piece(b": keep-alive\n\n", "open")
        yield from super().pieces_of(reply, asked)

    def usage(self, reply: Reply, asked: Asked) -> dict[str, Any]:
        missed = asked.prompt_tokens - reply.cached
        cache = {"prompt_cache_hit_tokens": reply.cached, "prompt_cache_miss_tokens": missed}
        return super().usage(reply, asked) | cache


class Groq(ChatCompletions):
    """Groq: usage in a field of its own, no names, no logprobs, one choice."""

    name = "groq"
    prefix = "/groq"
    routes: ClassVar[Routes] = (
        ("GET", r"/openai/v1/models", "list_models"),
        ("POST", r"/openai/v1/chat/completions", "chat"),
    )
    models: ClassVar[tuple[str, ...]] = ("openai/gpt-oss-120b", "qwen/qwen3-32b")
    owner = "Groq"
    reasoning_field = "reasoning"

    def card(self, model: str) -> dict[str, Any]:
        beside = {"active": True, "context_window": 131_072, "max_completion_tokens": 32_768}
        return super().card(model) | beside

    def check(self, body: dict[str, Any]) -> None:
        super().check(body)
        for name in ("logprobs", "top_logprobs", "logit_bias"):
            if body.get(name):
                raise Invalid(f"property '{name}' is unsupported", kind="invalid_request_error")
        if (body.get("n") or 1) != 1:
            raise Invalid("'n' : number must be at most 1")
        if any("name" in message for message in body["messages"]):
            raise Invalid("'messages.0' : property 'name' is unsupported")
        if "reasoning_format" in body and "include_reasoning" in body:
            raise Invalid("cannot specify both reasoning_format and include_reasoning")

    def key_error(self, standing: Standing, key: str) -> Output:
        if standing in {"wrong", "missing"}:
            return self.error(401, "Invalid API Key", code="invalid_api_key")
        return super().key_error(standing, key)

    def error_event(self, message: str) -> Piece:
        said = {"message": message, "type": "invalid_request_error", "code": "tool_use_failed"}
        return event({"error": said}, "end", name="error")

    def pieces_of(self, reply: Reply, asked: Asked) -> Iterator[Piece]:
        for piece in super().pieces_of(reply, asked):
            if piece.kind == "end" and b'"finish_reason"' in piece.data:
                value = msgspec.json.decode(piece.data.removeprefix(b"data: "))
                value["x_groq"] = {"id": "req_mock", "usage": self.usage(reply, asked)}
                yield event(value, "end")
            else:
                yield piece


class Together(ChatCompletions):
    """Together: the model list is a bare array, the last word is `eos`."""

    name = "together"
    prefix = "/together"
    models: ClassVar[tuple[str, ...]] = ("meta-llama/Llama-4-Scout",)
    reasoning_field = "reasoning"

    def list_models(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        return whole([self.card(model) for model in self.listed(request)])

    def card(self, model: str) -> dict[str, Any]:
        pricing = {"input": 0.18, "output": 0.59}
        beside = {"type": "chat", "display_name": model, "context_length": 131_072}
        return super().card(model) | beside | {"pricing": pricing}

    def ending(self, reply: Reply) -> dict[str, Any]:
        return {"finish_reason": "eos" if reply.finish == "stop" else reply.finish}


class Moonshot(ChatCompletions):
    """Moonshot: fixed temperature on reasoning models, prefix by `partial`."""

    name = "moonshot"
    prefix = "/moonshot"
    routes: ClassVar[Routes] = (
        *ChatCompletions.routes,
        ("GET", r"/v1/users/me/balance", "show_balance"),
    )
    models: ClassVar[tuple[str, ...]] = ("kimi-k3", "moonshot-v1-8k")
    families = r"(kimi|moonshot)-[\w.-]+"
    owner = "moonshot"

    def check(self, body: dict[str, Any]) -> None:
        super().check(body)
        if body["model"].startswith("kimi") and body.get("temperature") not in (None, 1):
            raise Invalid("invalid temperature: only 1 is allowed for this model")
        if isinstance(body.get("stop"), list) and len(body["stop"]) > 5:
            raise Invalid("Invalid request: stop must have at most 5 elements")

    def show_balance(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        return whole(
            {"code": 0, "data": {"available_balance": 5.0}, "scode": "0x0", "status": True}
        )


COMPATIBLE = (Compatible, LMStudio, XAI, DeepSeek, Groq, Together, Moonshot)
