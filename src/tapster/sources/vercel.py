"""Vercel AI Gateway: a router to many vendors, with fallbacks.

https://vercel.com/docs/ai-gateway/openai-compat
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._options import Option
from tapster.sources._source import HttpSource

source = HttpSource(
    id="vercel",
    title="Vercel AI Gateway",
    base_url="https://ai-gateway.vercel.sh/v1",
    version="/v1",
    docs="https://vercel.com/docs/ai-gateway/openai-compat",
    dialect=OpenAIChat(
        effort="object",
        reasoning_field="reasoning",
        replay_reasoning="details",
        cache_marks=True,
        also_takes=frozenset({"reasoning_tokens", "show_reasoning"}),
    ),
    key_page="https://vercel.com/d?to=%2F%5Bteam%5D%2F%7E%2Fai%2Fapi-keys",
    key_variables=(
        "AI_GATEWAY_API_KEY",
        "VERCEL_AI_GATEWAY_API_KEY",
    ),
    list_is_public=True,
    options=(
        Option(
            "order",
            "Providers, in order",
            "Providers to try first, such as `[bedrock, anthropic]`.",
            kind="list",
            body="providerOptions.gateway.order",
        ),
        Option(
            "only",
            "Only these providers",
            "Providers that may be used at all.",
            kind="list",
            body="providerOptions.gateway.only",
        ),
        Option(
            "models",
            "Fallback models",
            "Models to try when the first one fails.",
            kind="list",
            body="models",
        ),
    ),
)
