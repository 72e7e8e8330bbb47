"""Chutes: open-weight models on a decentralised network.

https://chutes.ai/docs
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._source import HttpSource

source = HttpSource(
    id="chutes",
    title="Chutes",
    base_url="https://llm.chutes.ai/v1",
    version="/v1",
    docs="https://chutes.ai/docs",
    dialect=OpenAIChat(also_takes=frozenset({"top_k", "min_p", "repetition_penalty"})),
    key_page="https://chutes.ai/app/api",
    key_variables=("CHUTES_API_KEY",),
    list_is_public=True,
)
