"""Scaleway: open-weight models in Europe.

https://www.scaleway.com/en/docs/generative-apis/
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._source import HttpSource

source = HttpSource(
    id="scaleway",
    title="Scaleway",
    base_url="https://api.scaleway.ai/v1",
    version="/v1",
    docs="https://www.scaleway.com/en/docs/generative-apis/",
    dialect=OpenAIChat(),
    key_page="https://console.scaleway.com/iam/api-keys",
    key_variables=("SCW_SECRET_KEY",),
)
