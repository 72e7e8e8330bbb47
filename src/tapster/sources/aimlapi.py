"""AI/ML API: a router to many vendors, which answers 201 when all is well.

https://docs.aimlapi.com/
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._source import HttpSource

source = HttpSource(
    id="aimlapi",
    title="AI/ML API",
    base_url="https://api.aimlapi.com/v1",
    version="/v1",
    docs="https://docs.aimlapi.com/",
    dialect=OpenAIChat(max_tokens_field="by_family"),
    key_page="https://aimlapi.com/app/keys",
    key_variables=(
        "AIMLAPI_API_KEY",
        "AIML_API_KEY",
    ),
    list_is_public=True,
)
