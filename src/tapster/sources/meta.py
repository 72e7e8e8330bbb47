"""Meta: its own models behind an OpenAI-style endpoint.

https://developer.meta.com/ai/docs
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._source import HttpSource

source = HttpSource(
    id="meta",
    title="Meta",
    base_url="https://api.meta.ai/v1",
    version="/v1",
    docs="https://developer.meta.com/ai/docs",
    dialect=OpenAIChat(max_tokens_field="max_completion_tokens"),
    key_page="https://developer.meta.com/ai",
    key_variables=("META_API_KEY",),
)
