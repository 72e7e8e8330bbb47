"""OpenRouter: one key for nearly every model, with routing between providers.

https://openrouter.ai/docs/api-reference/overview
"""

import base64
import hashlib
from datetime import UTC, datetime
from urllib.parse import urlencode

import msgspec

from tapster.core.errors import InvalidInput, Reason, SourceError
from tapster.core.links import Call, Transport
from tapster.core.secrets import Secret
from tapster.core.unreadable import UNREADABLE
from tapster.dialects.openai_chat import OpenAIChat
from tapster.dialects.openai_responses import OpenAIResponses
from tapster.dialects.openai_text import OpenAIText
from tapster.sources._auth import KeyGrant
from tapster.sources._options import Option
from tapster.sources._probes import StatusCall
from tapster.sources._source import HttpSource

AUTHORIZE_PAGE = "https://openrouter.ai/auth"
EXCHANGE = "https://openrouter.ai/api/v1/auth/keys"


class _KeyFacts(msgspec.Struct):
    limit_remaining: float | None = None
    expires_at: str | None = None
    disabled: bool = False


class _KeyAnswer(msgspec.Struct):
    data: _KeyFacts


class _Issued(msgspec.Struct):
    key: str


def key_usable(body: bytes) -> None:
    """Raise `SourceError` when the key exists but cannot pay for a call."""
    try:
        key = msgspec.json.decode(body, type=_KeyAnswer).data
    except UNREADABLE:
        return
    if key.disabled or _is_past(key.expires_at):
        raise SourceError(
            Reason.AUTH,
            "OpenRouter knows this key, but it is switched off or has expired. "
            "Make a new one at https://openrouter.ai/settings/keys.",
            status=200,
        )
    if key.limit_remaining is not None and key.limit_remaining <= 0:
        raise SourceError(
            Reason.BILLING,
            "The key is good, but its spending limit is used up: only free models answer. "
            "Raise the limit at https://openrouter.ai/settings/keys.",
            status=200,
        )


def _is_past(moment: str | None) -> bool:
    try:
        end = datetime.fromisoformat(moment) if moment else None
        return end is not None and end.astimezone(UTC) < datetime.now(UTC)
    except (ValueError, OverflowError):
        # The first and the last day there is have no moment in every zone.
        return False


def challenge_of(verifier: str) -> str:
    """Return what may be shown of `verifier`: the S256 challenge of RFC 7636."""
    return _in_base64(hashlib.sha256(verifier.encode()).digest())


def authorize_url(callback: str, verifier: str) -> str:
    """Return the page where a person lets OpenRouter make a key; it leads back to `callback`."""
    return f"{AUTHORIZE_PAGE}?" + urlencode(
        {
            "callback_url": callback,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
        }
    )


async def exchange_code(code: str, verifier: str, transport: Transport) -> Secret:
    """Return the key for the `code` OpenRouter sent to the callback.

    Raises `InvalidInput` for no code and `SourceError` when OpenRouter refuses it.
    """
    if not code.strip():
        raise InvalidInput("OpenRouter sent no code. Start the authorization again.", field="code")
    question = {"code": code, "code_verifier": verifier, "code_challenge_method": "S256"}
    call = Call(
        method="POST",
        url=EXCHANGE,
        headers={"content-type": "application/json", "accept": "application/json"},
        body=msgspec.json.encode(question),
    )
    async with transport.send(call) as answer:
        body = await answer.read()
        if answer.status >= 300:
            raise source.dialect.read_error(answer.status, answer.headers, body)
    try:
        return Secret(msgspec.json.decode(body, type=_Issued).key)
    except UNREADABLE:
        # The body may hold a key in another shape, so it is not quoted.
        raise SourceError(
            Reason.NOT_AN_API,
            "OpenRouter answered the authorization without a key. Start it again, or make a key "
            "by hand at https://openrouter.ai/settings/keys.",
        ) from None


def _in_base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


source = HttpSource(
    id="openrouter",
    grant=KeyGrant(page=authorize_url, exchange=exchange_code),
    title="OpenRouter",
    rank=5,
    base_url="https://openrouter.ai/api/v1",
    version="/v1",
    docs="https://openrouter.ai/docs/api-reference/overview",
    # The same thought comes as `reasoning` and as details; only the details may go back.
    dialect=OpenAIChat(
        reasoning_field="reasoning",
        effort="object",
        replay_reasoning="details",
        cache_marks=True,
        also_takes=frozenset(
            {
                "top_k",
                "min_p",
                "top_a",
                "repetition_penalty",
                "reasoning_tokens",
                "show_reasoning",
            }
        ),
    ),
    apis={"responses": OpenAIResponses()},
    text=OpenAIText(),
    key_page="https://openrouter.ai/settings/keys",
    key_variables=("OPENROUTER_API_KEY",),
    headers={
        "http-referer": "http://127.0.0.1:8277/",
        "x-openrouter-title": "Tapster",
    },
    status=StatusCall("/key", verdict=key_usable),
    list_is_public=True,
    always_external=True,
    note="Models, prices and context lengths come live from OpenRouter.",
    options=(
        Option(
            "order",
            "Providers, in order",
            "Providers to try first, such as `[anthropic, amazon-bedrock]`.",
            kind="list",
            body="provider.order",
        ),
        Option(
            "only",
            "Only these providers",
            "Providers that may be used at all.",
            kind="list",
            body="provider.only",
        ),
        Option(
            "ignore",
            "Never these providers",
            "Providers that are passed over.",
            kind="list",
            body="provider.ignore",
        ),
        Option(
            "allow_fallbacks",
            "Fall back to other providers",
            "Off: only the providers named in order are tried.",
            kind="switch",
            body="provider.allow_fallbacks",
        ),
        Option(
            "require_parameters",
            "Only providers that take every setting",
            "Off: a provider that does not know a setting drops it without a word.",
            kind="switch",
            body="provider.require_parameters",
        ),
        Option(
            "data_collection",
            "Data collection",
            "Whether providers that may store prompts are used.",
            kind="choice",
            choices=("allow", "deny"),
            body="provider.data_collection",
        ),
        Option(
            "zdr",
            "Zero data retention",
            "Use only providers that keep nothing.",
            kind="switch",
            body="provider.zdr",
        ),
        Option(
            "quantizations",
            "Quantizations",
            "Which reductions of a model are good enough, such as `[fp8, bf16]`.",
            kind="list",
            body="provider.quantizations",
        ),
        Option(
            "sort",
            "Sort providers by",
            "What counts most when a provider is chosen.",
            kind="choice",
            choices=("price", "throughput", "latency"),
            body="provider.sort",
        ),
        Option(
            "max_price",
            "Highest price",
            "US dollars per million tokens, such as `{prompt: 1, completion: 5}`.",
            kind="map",
            body="provider.max_price",
        ),
        Option(
            "models",
            "Fallback models",
            "Models to try, in order, when the first one fails, as a list in brackets.",
            kind="list",
            body="models",
        ),
        Option(
            "transforms",
            "Transforms",
            "`[middle-out]` shortens a chat that is too long from its middle.",
            kind="list",
            body="transforms",
        ),
        Option(
            "plugins",
            "Plugins",
            "Plugins to switch on, in OpenRouter's own shape, such as `[{id: web}]`.",
            kind="list",
            body="plugins",
        ),
        Option(
            "api",
            "API",
            "Chat Completions, or Responses.",
            kind="choice",
            choices=("chat", "responses"),
            default="chat",
        ),
    ),
)
