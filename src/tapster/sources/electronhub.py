"""Electron Hub: a router to many vendors.

https://docs.electronhub.ai/
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._source import HttpSource

source = HttpSource(
    id="electronhub",
    title="Electron Hub",
    base_url="https://api.electronhub.ai/v1",
    version="/v1",
    docs="https://docs.electronhub.ai/",
    dialect=OpenAIChat(),
    key_page="https://playground.electronhub.ai/console",
    key_variables=(
        "ELECTRONHUB_API_KEY",
        "ELECTRON_HUB_API_KEY",
    ),
    list_is_public=True,
    note="The model `auto` lets the router choose.",
)
