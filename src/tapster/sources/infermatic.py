"""Infermatic: open-weight models for story tellers.

https://infermatic.ai/docs/
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._source import HttpSource

source = HttpSource(
    id="infermatic",
    title="Infermatic",
    base_url="https://api.totalgpt.ai/v1",
    version="/v1",
    docs="https://infermatic.ai/docs/",
    dialect=OpenAIChat(also_takes=frozenset({"top_k", "min_p", "repetition_penalty"})),
    key_page="https://ui.infermatic.ai/api-keys",
    key_variables=("INFERMATIC_API_KEY",),
)
