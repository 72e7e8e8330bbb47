"""NVIDIA: the models of its API catalogue.

https://docs.api.nvidia.com/nim/reference/llm-apis
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._source import HttpSource

source = HttpSource(
    id="nvidia",
    title="NVIDIA NIM",
    base_url="https://integrate.api.nvidia.com/v1",
    version="/v1",
    docs="https://docs.api.nvidia.com/nim/reference/llm-apis",
    dialect=OpenAIChat(),
    key_page="https://build.nvidia.com/settings/api-keys",
    key_variables=(
        "NVIDIA_API_KEY",
        "NVIDIA_NIM_API_KEY",
    ),
    list_is_public=True,
    note="Keys begin with `nvapi-`.",
)
