"""DeepSeek: its own models behind an OpenAI-style endpoint, thinking unless told not to.

https://api-docs.deepseek.com/
"""

import msgspec

from tapster.core.errors import Reason, SourceError
from tapster.core.links import Link
from tapster.core.models import Model
from tapster.core.requests import ChatRequest
from tapster.core.unreadable import UNREADABLE
from tapster.dialects.dialect import Encoded
from tapster.dialects.openai_chat import OpenAIChat
from tapster.dialects.openai_responses import OpenAIResponses
from tapster.sources._addresses import below
from tapster.sources._options import Option
from tapster.sources._probes import StatusCall
from tapster.sources._source import HttpSource

BETA = "https://api.deepseek.com/beta"


class _Balance(msgspec.Struct):
    is_available: bool = True


def money_left(body: bytes) -> None:
    """Raise `SourceError` when the key is good but the account cannot pay for a call."""
    try:
        balance = msgspec.json.decode(body, type=_Balance)
    except UNREADABLE:
        return
    if not balance.is_available:
        raise SourceError(
            Reason.BILLING,
            "The key is good, but the account has no balance left. Top it up at "
            "https://platform.deepseek.com/top_up.",
            status=200,
        )


def address(encoded: Encoded, link: Link, request: ChatRequest | None) -> str:
    """Return where to call: only the beta address continues a prefix and holds to a schema."""
    if request is not None and not link.endpoint and needs_beta(request):
        return below(BETA, encoded.path)
    return below(source.endpoint_of(link), encoded.path)


def needs_beta(request: ChatRequest) -> bool:
    """Tell whether `request` asks for what the beta address alone offers."""
    prefilled = bool(request.messages) and request.messages[-1].prefix
    return prefilled or any(tool.strict for tool in request.tools)


source = HttpSource(
    id="deepseek",
    title="DeepSeek",
    base_url="https://api.deepseek.com",
    docs="https://api-docs.deepseek.com/",
    # V4 wants the thinking of earlier turns back; a space does where there was none.
    dialect=OpenAIChat(
        effort="thinking_and_field",
        replay_reasoning="content",
        reasoning_filler=" ",
        prefill="prefix",
        never_takes=frozenset({"n", "seed", "logit_bias", "verbosity"}),
    ),
    key_page="https://platform.deepseek.com/api_keys",
    key_variables=("DEEPSEEK_API_KEY",),
    status=StatusCall("/user/balance", verdict=money_left),
    catalogue=(
        Model(
            id="deepseek-v4-flash",
            context=1_000_000,
            max_output=393_216,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="deepseek-v4-pro", context=1_000_000, max_output=393_216, tools=True, reasoning=True
        ),
        Model(
            id="deepseek-flash",
            context=1_000_000,
            max_output=393_216,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="deepseek-v4-flash-vision-exp",
            context=1_000_000,
            max_output=393_216,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
    ),
    apis={"responses": OpenAIResponses()},
    address=address,
    options=(
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
