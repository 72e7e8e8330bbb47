"""CometAPI: a router to many vendors.

https://apidoc.cometapi.com/
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._source import HttpSource

source = HttpSource(
    id="cometapi",
    title="CometAPI",
    base_url="https://api.cometapi.com/v1",
    version="/v1",
    docs="https://apidoc.cometapi.com/",
    dialect=OpenAIChat(max_tokens_field="by_family"),
    key_page="https://api.cometapi.com/console/token",
    key_variables=(
        "COMETAPI_KEY",
        "COMETAPI_API_KEY",
    ),
)
