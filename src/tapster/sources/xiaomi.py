"""Xiaomi: the MiMo models, which want their thoughts back while a tool loop is open.

https://platform.xiaomimimo.com/docs
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._source import HttpSource

source = HttpSource(
    id="xiaomi",
    title="Xiaomi MiMo",
    base_url="https://api.xiaomimimo.com/v1",
    version="/v1",
    docs="https://platform.xiaomimimo.com/docs",
    dialect=OpenAIChat(effort="thinking", replay_reasoning="tool_loop"),
    key_page="https://platform.xiaomimimo.com/console/api-keys",
    key_variables=(
        "XIAOMI_MIMO_API_KEY",
        "MIMO_API_KEY",
    ),
)
