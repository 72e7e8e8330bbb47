"""Hyperbolic: open-weight models.

https://docs.hyperbolic.xyz/docs/rest-api
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._source import HttpSource

source = HttpSource(
    id="hyperbolic",
    title="Hyperbolic",
    base_url="https://api.hyperbolic.xyz/v1",
    version="/v1",
    docs="https://docs.hyperbolic.xyz/docs/rest-api",
    dialect=OpenAIChat(also_takes=frozenset({"top_k", "min_p", "repetition_penalty"})),
    key_page="https://app.hyperbolic.ai/settings/api-keys",
    key_variables=("HYPERBOLIC_API_KEY",),
)
