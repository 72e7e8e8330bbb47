"""Featherless: thousands of open-weight models at a flat price.

https://featherless.ai/docs/api-overview-and-common-options
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._source import HttpSource

source = HttpSource(
    id="featherless",
    title="Featherless AI",
    base_url="https://api.featherless.ai/v1",
    version="/v1",
    docs="https://featherless.ai/docs/api-overview-and-common-options",
    dialect=OpenAIChat(
        inline_thinking=True, also_takes=frozenset({"top_k", "min_p", "repetition_penalty"})
    ),
    key_page="https://featherless.ai/account/api-keys",
    key_variables=(
        "FEATHERLESS_API_KEY",
        "FEATHERLESS_AI_API_KEY",
    ),
    list_is_public=True,
    note="How many calls may run at once depends on the plan; one too many is refused with 429.",
)
