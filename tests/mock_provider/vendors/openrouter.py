"""OpenRouter: a public model list, `/key`, comments in streams, cost, reasoning told twice."""

from collections.abc import Iterator
from typing import Any, ClassVar

from mock_provider.behaviours import BEHAVIOURS, is_behaviour
from mock_provider.connection import Request
from mock_provider.keys import Standing
from mock_provider.outputs import Output, Piece, event, whole
from mock_provider.replies import Asked, Reply
from mock_provider.vendors import chat_checks
from mock_provider.vendors.anthropic_checks import sign
from mock_provider.vendors.chat_completions import ChatCompletions
from mock_provider.vendors.vendor import STATUS_WORDS, Invalid, Routes, body_of

COST = 0.000_002
NATIVE = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"}


class OpenRouter(ChatCompletions):
    """Chat at `/openrouter/api/v1/chat/completions`."""

    name = "openrouter"
    prefix = "/openrouter"
    routes: ClassVar[Routes] = (
        ("GET", r"/api/v1/models", "list_models"),
        ("GET", r"/api/v1/models/user", "list_own_models"),
        ("GET", r"/api/v1/(?:auth/)?key", "show_key"),
        ("GET", r"/api/v1/credits", "show_credits"),
        ("POST", r"/api/v1/auth/keys", "exchange_code"),
        ("POST", r"/api/v1/chat/completions", "chat"),
    )
    models: ClassVar[tuple[str, ...]] = (
        "anthropic/claude-opus-5.5",
        "google/gemini-3.8-flash",
        "openai/gpt-6-sol",
        "meta/llama-4-scout:free",
        "openrouter/auto",
    )
    families = r"~?[\w.-]+/[\w.:@~*-]+"
    reasoning_field = "reasoning"
    usage_always = True
    fingerprint = None
    id_prefix = "gen-"

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
        said: dict[str, Any] = {"message": message, "code": status}
        return whole({"error": said, "user_id": "user_mock"}, status=status, headers=headers)

    def status_error(self, status: int, headers: dict[str, str] | None = None) -> Output:
        if status not in {400, 429, 502, 503}:
            return super().status_error(status, headers)
        raw = f"The upstream said: {STATUS_WORDS[status]}"
        said = {
            "message": "Provider returned error",
            "code": status,
            "metadata": {"raw": raw, "provider_name": "Mock", "error_type": "provider_unavailable"},
        }
        return whole({"error": said, "user_id": "user_mock"}, status=status, headers=headers)

    def error_event(self, message: str) -> Piece:
        choice = {"index": 0, "delta": {"content": ""}, "finish_reason": "error"}
        said = {
            "id": "gen-mock",
            "object": "chat.completion.chunk",
            "error": {"code": 502, "message": message, "metadata": {"provider_name": "Mock"}},
            "choices": [choice],
        }
        return event(said, "end")

    def no_such_model(self, model: str) -> Output:
        return self.error(400, f"{model} is not a valid model ID")

    def no_such_path(self, request: Request) -> Output:
        return self.error(404, "Not Found")

    def key_error(self, standing: Standing, key: str) -> Output:
        match standing:
            case "missing":
                return self.error(401, "No auth credentials found")
            case "no_credit":
                return self.error(
                    402,
                    "Insufficient credits. Add more using https://openrouter.ai/settings/credits",
                )
            case "rate_limited":
                headers = {"x-ratelimit-limit": "20", "x-ratelimit-remaining": "0"}
                return self.error(429, "Rate limit exceeded: free-models-per-min", headers=headers)
        return self.error(401, "User not found.")

    # Account ------------------------------------------------------------------------------

    def show_key(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        is_empty = self.state.keys.standing(request.bearer) == "no_credit"
        value = {
            "label": "sk-or-v1-moc...ock",
            "limit": 10.0,
            "limit_remaining": 0.0 if is_empty else 7.5,
            "limit_reset": None,
            "usage": 10.0 if is_empty else 2.5,
            "usage_daily": 0.5,
            "usage_weekly": 1.5,
            "usage_monthly": 2.5,
            "is_free_tier": False,
            "is_management_key": False,
            "expires_at": None,
            "rate_limit": {"requests": -1, "interval": "10s"},
        }
        return whole({"data": value})

    def show_credits(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        return whole({"data": {"total_credits": 10.0, "total_usage": 2.5}})

    def exchange_code(self, request: Request, _found: Any) -> Output:
        body = body_of(request)
        if not str(body.get("code", "")).startswith("good") or not body.get("code_verifier"):
            return self.error(403, "Invalid code or code_verifier")
        return whole({"key": "sk-or-v1-good-by-pkce", "user_id": "user_mock"})

    def list_models(self, request: Request, _found: Any) -> Output:
        cards = [self.card(model) for model in self.listed(request)]
        return self.as_list(request, "data", cards, total_count=len(cards))

    def list_own_models(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        return self.list_models(request, None)

    def listed(self, request: Request) -> list[str]:
        return [f"mock/{name}" if name in BEHAVIOURS else name for name in super().listed(request)]

    def card(self, model: str) -> dict[str, Any]:
        is_free = model.endswith(":free")
        price = {"prompt": "0.000002", "completion": "0.000002", "request": "0", "image": "0"}
        free = dict.fromkeys(price, "0")
        return {
            "id": model,
            "canonical_slug": model,
            "name": model.replace("/", ": ").title(),
            "created": 1_790_000_000,
            "description": "A model of the mock.",
            "context_length": 200_000,
            "architecture": {
                "modality": "text+image->text",
                "input_modalities": ["text", "image"],
                "output_modalities": ["text"],
                "tokenizer": "Other",
                "instruct_type": None,
            },
            "pricing": dict.fromkeys(price, "-1")
            if model == "openrouter/auto"
            else free
            if is_free
            else price,
            "top_provider": {
                "context_length": 200_000,
                "max_completion_tokens": 32_000,
                "is_moderated": False,
            },
            "per_request_limits": None,
            "supported_parameters": ["temperature", "top_p", "max_tokens", "tools", "reasoning"],
        }

    # Chat ---------------------------------------------------------------------------------

    def chat(self, request: Request, found: Any) -> Output:
        body = request.json
        if isinstance(body, dict) and "model" not in body and body.get("models"):
            object.__setattr__(request, "json", body | {"model": body["models"][0]})
        return super().chat(request, found)

    def knows(self, model: str) -> bool:
        return ("/" in model and super().knows(model)) or is_behaviour(model)

    def check(self, body: dict[str, Any]) -> None:
        super().check(body)
        reasoning = body.get("reasoning") or {}
        if not isinstance(reasoning, dict):
            raise Invalid("Input should be an object: reasoning")
        if "effort" in reasoning and "max_tokens" in reasoning:
            raise Invalid('Only one of "reasoning.effort" and "reasoning.max_tokens" may be set')
        if reasoning.get("effort") not in (None, *chat_checks.EFFORTS):
            raise Invalid(f"Invalid option for reasoning.effort: {reasoning['effort']}")
        for message in body["messages"]:
            _check_details(message)

    def thought_delta(self, thought: str) -> dict[str, Any]:
        detail = {"type": "reasoning.text", "text": thought, "format": FORMAT, "index": 0}
        return {"reasoning": thought, "reasoning_details": [detail]}

    def first_delta(self) -> dict[str, Any]:
        return {"role": "assistant", "content": ""}

    def deltas(
        self, reply: Reply, asked: Asked
    ) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None, int]]:
        sealed = _sealed_details(reply)
        for delta, logprobs, at in super().deltas(reply, asked):
            if "reasoning" not in delta and sealed:
                yield self._padded({"content": "", "reasoning": None} | sealed), None, at
                sealed = {}
            # Every delta names the role again and has an empty content.
            yield self._padded(delta), logprobs, at

    def _padded(self, delta: dict[str, Any]) -> dict[str, Any]:
        return {"role": "assistant", "content": "", **delta}

    def pieces_of(self, reply: Reply, asked: Asked) -> Iterator[Piece]:
        yield Piece(b": OPENROUTER PROCESSING\n\n", "open")
        for piece in super().pieces_of(reply, asked):
            if piece.kind == "end":
                yield Piece(b": OPENROUTER PROCESSING\n\n", "close")
            yield piece

    def message(self, reply: Reply, asked: Asked, at: int) -> dict[str, Any]:
        said = super().message(reply, asked, at)
        said.pop("annotations")
        said["reasoning"] = said.get("reasoning")
        if reply.reasoning:
            details = (
                []
                if reply.sealed
                else self.thought_delta(reply.whole_reasoning)["reasoning_details"]
            )
            if details:
                details = [details[0] | {"signature": sign(reply.whole_reasoning)}]
            said["reasoning_details"] = details or _sealed_details(reply)["reasoning_details"]
        return said

    def ending(self, reply: Reply) -> dict[str, Any]:
        native = NATIVE.get(reply.finish, reply.finish)
        return {"finish_reason": reply.finish, "native_finish_reason": native}

    def usage(self, reply: Reply, asked: Asked) -> dict[str, Any]:
        usage = super().usage(reply, asked)
        usage["prompt_tokens_details"]["cache_write_tokens"] = 0
        cost = round(usage["total_tokens"] * COST, 8)
        details = {"upstream_inference_cost": None}
        return {**usage, "cost": cost, "is_byok": False, "cost_details": details}

    def _head(self, kind: str, asked: Asked) -> dict[str, Any]:
        return super()._head(kind, asked) | {"provider": "Mock"}


FORMAT = "anthropic-claude-v1"


def _sealed_details(reply: Reply) -> dict[str, Any]:
    if not reply.reasoning:
        return {}
    signature = sign(reply.whole_reasoning)
    if reply.sealed:
        detail = {"type": "reasoning.encrypted", "data": signature, "format": FORMAT, "index": 0}
    else:
        detail = {"type": "reasoning.text", "signature": signature, "format": FORMAT, "index": 0}
    return {"reasoning_details": [detail]}


def _check_details(message: dict[str, Any]) -> None:
    for detail in message.get("reasoning_details") or ():
        text = detail.get("text")
        if text is not None and detail.get("signature") not in (None, sign(text)):
            raise Invalid("Invalid `signature` in `thinking` block")
