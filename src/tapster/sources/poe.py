"""Poe: its bots, called as models.

https://creator.poe.com/docs/external-applications/openai-compatible-api
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._source import HttpSource

source = HttpSource(
    id="poe",
    title="Poe",
    base_url="https://api.poe.com/v1",
    version="/v1",
    docs="https://creator.poe.com/docs/external-applications/openai-compatible-api",
    dialect=OpenAIChat(),
    key_page="https://poe.com/api_key",
    key_variables=("POE_API_KEY",),
    list_is_public=True,
    note="A bot's name is the model. Many response settings are ignored.",
)
