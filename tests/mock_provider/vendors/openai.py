"""OpenAI and Azure OpenAI: Chat Completions with OpenAI's own strictness, and the model list."""

from typing import Any, ClassVar

from mock_provider.connection import Request
from mock_provider.keys import Standing
from mock_provider.outputs import Output, event
from mock_provider.vendors import chat_checks
from mock_provider.vendors.chat_completions import ChatCompletions
from mock_provider.vendors.openai_responses import Responses
from mock_provider.vendors.vendor import Routes


class OpenAI(ChatCompletions):
    """Chat Completions at `/openai/v1/chat/completions`, Responses beside it."""

    name = "openai"
    prefix = "/openai"
    routes: ClassVar[Routes] = (
        *ChatCompletions.routes,
        ("POST", r"/v1/completions", "text"),
        ("POST", r"/v1/responses", "respond"),
        ("POST", r"/v1/responses/input_tokens", "count_input"),
    )
    models: ClassVar[tuple[str, ...]] = (
        "gpt-4o",
        "gpt-4.1-mini",
        "gpt-5.2",
        "gpt-5.4",
        "gpt-5.5-pro",
        "gpt-6-sol",
        "o3",
    )
    families = r"(gpt-|o\d|chatgpt-|ft:gpt-)[\w.:-]*"
    reasoning_field = None
    unknown_fields_refused = True

    def check(self, body: dict[str, Any]) -> None:
        super().check(body)
        chat_checks.check_response_format(body)
        chat_checks.check_family(body)

    def card(self, model: str) -> dict[str, Any]:
        return super().card(model) | {"shutdown_date": None}

    def usage(self, reply: Any, asked: Any) -> dict[str, Any]:
        usage = super().usage(reply, asked)
        usage["prompt_tokens_details"]["cache_write_tokens"] = 0
        usage["completion_tokens_details"] |= {
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        }
        return usage

    def respond(self, request: Request, _found: Any) -> Output:
        return Responses(self).respond(request)

    def count_input(self, request: Request, _found: Any) -> Output:
        return Responses(self).count(request)

    def extra_headers(self) -> dict[str, str]:
        return {
            "x-request-id": "req_mock",
            "openai-processing-ms": "5",
            "x-ratelimit-limit-requests": "500",
            "x-ratelimit-remaining-requests": "499",
            "x-ratelimit-reset-requests": "120ms",
        }

    def key_error(self, standing: Standing, key: str) -> Output:
        match standing:
            case "missing":
                return self.error(
                    401,
                    "You didn't provide an API key. You need to provide your API key in an "
                    "Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
                )
            case "no_credit":
                return self.error(
                    429,
                    "You exceeded your current quota, please check your plan and billing details. "
                    "For more information on this error, read the docs: "
                    "https://platform.openai.com/docs/guides/error-codes/api-errors.",
                    code="insufficient_quota",
                    kind="insufficient_quota",
                )
            case "rate_limited":
                return self.error(
                    429,
                    "Rate limit reached for requests per min (RPM): Limit 3, Used 3, Requested 1. "
                    "Please try again in 20s.",
                    code="rate_limit_exceeded",
                    kind="requests",
                    headers={"retry-after": "20", "retry-after-ms": "20000"},
                )
            case "no_scope":
                return self.error(
                    403,
                    "You have insufficient permissions for this operation. Missing scopes: "
                    "api.model.read.",
                )
        return self.error(
            401,
            f"Incorrect API key provided: {_masked(key)}. You can find your API key at "
            "https://platform.openai.com/account/api-keys.",
            code="invalid_api_key",
        )


class Azure(OpenAI):
    """Azure OpenAI: the key in a header of its own, filter results in an empty first chunk."""

    name = "azure"
    prefix = "/azure"
    routes: ClassVar[Routes] = (
        ("GET", r"/openai/v1/models", "list_models"),
        ("POST", r"/openai/v1/chat/completions", "chat"),
        ("POST", r"/openai/deployments/[^/]+/chat/completions", "chat"),
        ("POST", r"/openai/v1/responses", "respond"),
    )

    def key_of(self, request: Request) -> str | None:
        return request.headers.get("api-key") or request.bearer

    def pieces_of(self, reply: Any, asked: Any) -> Any:
        filters = {"hate": {"filtered": False, "severity": "safe"}}
        yield event(
            {
                "choices": [],
                "created": 0,
                "id": "",
                "model": "",
                "object": "",
                "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": filters}],
            },
            "open",
        )
        yield from super().pieces_of(reply, asked)

    def key_error(self, standing: Standing, key: str) -> Output:
        if standing not in {"wrong", "missing"}:
            return super().key_error(standing, key)
        return self.error(
            401,
            "Access denied due to invalid subscription key or wrong API endpoint. Make sure to "
            "provide a valid key for an active subscription and use a correct regional API "
            "endpoint for your resource.",
            code="401",
        )


def _masked(key: str) -> str:
    return key if len(key) < 12 else key[:8] + "*" * (len(key) - 12) + key[-4:]
