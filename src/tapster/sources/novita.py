"""Novita AI: open-weight models.

https://novita.ai/docs/api-reference/model-apis-llm-create-chat-completion
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._source import HttpSource

source = HttpSource(
    id="novita",
    title="Novita AI",
    base_url="https://api.novita.ai/v3/openai",
    docs="https://novita.ai/docs/api-reference/model-apis-llm-create-chat-completion",
    dialect=OpenAIChat(also_takes=frozenset({"top_k", "min_p", "repetition_penalty"})),
    key_page="https://novita.ai/settings/key-management",
    key_variables=("NOVITA_API_KEY",),
    list_is_public=True,
)
