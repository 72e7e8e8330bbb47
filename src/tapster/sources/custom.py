"""Custom: any endpoint or proxy that speaks OpenAI's API, under your own address.

https://platform.openai.com/docs/api-reference/chat
"""

from tapster.core.settings import BASICS
from tapster.dialects.openai_chat import OpenAIChat
from tapster.dialects.openai_responses import OpenAIResponses
from tapster.dialects.openai_text import OpenAIText
from tapster.sources._auth import HeaderKey
from tapster.sources._options import Option
from tapster.sources._source import HttpSource

# Nothing is known of the endpoint, so every setting may pass that has one name wherever it is
# known; the endpoint says itself what it refuses.
CHAT = OpenAIChat(
    max_tokens_field="by_family",
    inline_thinking=True,
    also_takes=frozenset(setting.name for setting in BASICS)
    | {
        *("xtc_probability", "xtc_threshold", "dry_multiplier", "dry_base", "dry_allowed_length"),
        *("smoothing_factor", "smoothing_curve", "adaptive_target", "adaptive_decay"),
        *("min_tokens", "json_schema"),
    },
)

source = HttpSource(
    id="custom",
    title="Custom (OpenAI-compatible)",
    rank=1,
    base_url=None,
    docs="https://platform.openai.com/docs/api-reference/chat",
    dialect=CHAT,
    apis={"responses": OpenAIResponses()},
    text=OpenAIText(),
    key_need="optional",
    always_external=True,
    note=(
        "Any server, router or proxy that speaks OpenAI's API. Give its base URL, usually ending "
        "in /v1; the key is optional. Well-known servers for models at home are sources of their "
        "own, with all their samplers."
    ),
    auths={"x-api-key": HeaderKey("x-api-key"), "api-key": HeaderKey("api-key")},
    options=(
        Option(
            "auth",
            "Key is sent as",
            "Authorization: Bearer, as nearly all want it, or a header of its own.",
            kind="choice",
            choices=("bearer", "x-api-key", "api-key"),
            default="bearer",
        ),
        Option(
            "key_header",
            "Header of the key",
            "The header the key goes into, bare, where it is none of those: `X-Auth-Token`.",
            kind="header",
        ),
        Option(
            "key_query",
            "Query field of the key",
            "The field of the address the key goes into, where no header is taken: `api_key`.",
        ),
        Option(
            "api",
            "API",
            "Chat Completions, which nearly all speak, or Responses.",
            kind="choice",
            choices=("chat", "responses"),
            default="chat",
        ),
    ),
)
