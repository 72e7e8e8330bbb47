"""Nebius: open-weight models in Europe.

https://docs.tokenfactory.nebius.com/
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._source import HttpSource

source = HttpSource(
    id="nebius",
    title="Nebius Token Factory",
    base_url="https://api.studio.nebius.ai/v1",
    version="/v1",
    docs="https://docs.tokenfactory.nebius.com/",
    dialect=OpenAIChat(also_takes=frozenset({"top_k"})),
    key_page="https://tokenfactory.nebius.com/project/api-keys",
    key_variables=("NEBIUS_API_KEY",),
)
