"""Pollinations: open models of a public-benefit project.

https://enter.pollinations.ai/api/docs
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._source import HttpSource

source = HttpSource(
    id="pollinations",
    title="Pollinations",
    base_url="https://gen.pollinations.ai/v1",
    version="/v1",
    docs="https://enter.pollinations.ai/api/docs",
    dialect=OpenAIChat(),
    key_page="https://enter.pollinations.ai",
    key_variables=(
        "POLLINATIONS_API_KEY",
        "POLLINATIONS_TOKEN",
    ),
    list_is_public=True,
    note="Server keys begin with `sk_`. The old keyless address is no longer kept up.",
)
