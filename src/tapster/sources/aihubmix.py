"""AIHubMix: a router to many vendors.

https://docs.aihubmix.com/
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._source import HttpSource

source = HttpSource(
    id="aihubmix",
    title="AIHubMix",
    base_url="https://aihubmix.com/v1",
    version="/v1",
    docs="https://docs.aihubmix.com/",
    dialect=OpenAIChat(max_tokens_field="by_family"),
    key_page="https://aihubmix.com/token",
    key_variables=("AIHUBMIX_API_KEY",),
    list_is_public=True,
)
