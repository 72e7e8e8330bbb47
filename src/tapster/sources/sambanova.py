"""SambaNova: open-weight models on its own chips.

https://docs.sambanova.ai/cloud/api-reference/endpoints/chat
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._source import HttpSource

source = HttpSource(
    id="sambanova",
    title="SambaNova",
    base_url="https://api.sambanova.ai/v1",
    version="/v1",
    docs="https://docs.sambanova.ai/cloud/api-reference/endpoints/chat",
    dialect=OpenAIChat(
        also_takes=frozenset({"top_k"}),
        never_takes=frozenset(
            {"frequency_penalty", "presence_penalty", "logit_bias", "n", "seed", "verbosity"}
        ),
    ),
    key_page="https://cloud.sambanova.ai/apis",
    key_variables=("SAMBANOVA_API_KEY",),
    list_is_public=True,
)
