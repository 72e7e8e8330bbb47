"""SiliconFlow: open-weight models, on two sites.

https://docs.siliconflow.com/en/api-reference/chat-completions/chat-completions
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._options import Option
from tapster.sources._source import HttpSource

BASES = {
    "international": "https://api.siliconflow.com/v1",
    "mainland": "https://api.siliconflow.cn/v1",
}

source = HttpSource(
    id="siliconflow",
    title="SiliconFlow",
    base_url="https://api.siliconflow.com/v1",
    version="/v1",
    docs="https://docs.siliconflow.com/en/api-reference/chat-completions/chat-completions",
    dialect=OpenAIChat(also_takes=frozenset({"top_k", "min_p"})),
    key_page="https://cloud.siliconflow.com/account/ak",
    key_variables=("SILICONFLOW_API_KEY",),
    bases=BASES,
    options=(
        Option(
            "endpoint",
            "Site",
            "Where the key was made.",
            kind="choice",
            choices=tuple(BASES),
            default="international",
        ),
        Option(
            "enable_thinking",
            "Think",
            "Switch the thinking of hybrid models on or off.",
            kind="switch",
            body="enable_thinking",
        ),
        Option(
            "thinking_budget",
            "Thinking budget",
            "How many tokens a hybrid model may think for.",
            kind="integer",
            body="thinking_budget",
        ),
    ),
)
