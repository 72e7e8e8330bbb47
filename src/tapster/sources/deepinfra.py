"""DeepInfra: open-weight models.

https://deepinfra.com/docs/openai_api
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._source import HttpSource

source = HttpSource(
    id="deepinfra",
    title="DeepInfra",
    base_url="https://api.deepinfra.com/v1/openai",
    docs="https://deepinfra.com/docs/openai_api",
    dialect=OpenAIChat(also_takes=frozenset({"top_k", "min_p", "repetition_penalty"})),
    key_page="https://deepinfra.com/dash/api_keys",
    key_variables=(
        "DEEPINFRA_API_KEY",
        "DEEPINFRA_API_TOKEN",
        "DEEPINFRA_TOKEN",
    ),
    list_is_public=True,
)
