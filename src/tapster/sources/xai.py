"""xAI: Grok, whose count of written tokens leaves its thinking out.

https://docs.x.ai/docs/api-reference
"""

import msgspec

from tapster.core.errors import Reason, SourceError
from tapster.core.links import Link
from tapster.core.models import Model
from tapster.core.requests import ChatRequest
from tapster.core.unreadable import UNREADABLE
from tapster.dialects.dialect import Dialect
from tapster.dialects.openai_chat import OpenAIChat
from tapster.dialects.openai_responses import OpenAIResponses
from tapster.sources._options import Option
from tapster.sources._probes import StatusCall
from tapster.sources._source import HttpSource

CHAT = OpenAIChat(reasoning_apart=True, never_takes=frozenset({"verbosity"}))
RESPONSES = OpenAIResponses(reasoning_format="xai-responses-v1")


def choose(request: ChatRequest | None, link: Link) -> Dialect:
    """Return the API the connection names; models of many agents know Responses alone."""
    if link.options.get("api") == "responses":
        return RESPONSES
    return RESPONSES if request is not None and "multi-agent" in request.model else CHAT


class _Key(msgspec.Struct):
    team_blocked: bool = False
    api_key_blocked: bool = False
    api_key_disabled: bool = False


def key_usable(body: bytes) -> None:
    """Raise `SourceError` when the key exists but was blocked or switched off."""
    try:
        key = msgspec.json.decode(body, type=_Key)
    except UNREADABLE:
        return
    if key.team_blocked or key.api_key_blocked or key.api_key_disabled:
        raise SourceError(
            Reason.PERMISSION,
            "xAI knows this key, but it or its team is blocked or switched off. "
            "Look at https://console.x.ai, or make a new key there.",
            status=200,
        )


source = HttpSource(
    id="xai",
    title="xAI Grok",
    base_url="https://api.x.ai/v1",
    version="/v1",
    docs="https://docs.x.ai/docs/api-reference",
    dialect=CHAT,
    choose=choose,
    key_page="https://console.x.ai",
    key_variables=("XAI_API_KEY",),
    status=StatusCall("/api-key", verdict=key_usable),
    ranges={"top_logprobs": (0, 8)},
    catalogue=(
        Model(id="grok-4.7", context=500_000, inputs=("text", "image"), tools=True, reasoning=True),
        Model(id="grok-4.6", context=500_000, inputs=("text", "image"), tools=True, reasoning=True),
        Model(id="grok-4.5", context=500_000, inputs=("text", "image"), tools=True, reasoning=True),
        Model(
            id="grok-4.3", context=1_000_000, inputs=("text", "image"), tools=True, reasoning=True
        ),
        Model(
            id="grok-4.20-reasoning",
            context=1_000_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="grok-4.20-non-reasoning",
            context=1_000_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=False,
        ),
        Model(id="grok-code-fast", context=256_000, tools=True, reasoning=True),
    ),
    options=(
        Option(
            "api",
            "API",
            "Chat Completions, or Responses, which keeps sealed thinking across tool calls.",
            kind="choice",
            choices=("chat", "responses"),
            default="chat",
        ),
    ),
)
