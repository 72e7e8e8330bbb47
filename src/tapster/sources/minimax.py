"""MiniMax: an error may come as a 200 whose `base_resp` says so.

https://platform.minimax.io/docs/api-reference/text-openai-api
"""

from tapster.core.models import Model
from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._options import Option
from tapster.sources._source import HttpSource

BASES = {
    "international": "https://api.minimax.io/v1",
    "mainland": "https://api.minimaxi.com/v1",
}

source = HttpSource(
    id="minimax",
    title="MiniMax",
    base_url="https://api.minimax.io/v1",
    version="/v1",
    docs="https://platform.minimax.io/docs/api-reference/text-openai-api",
    dialect=OpenAIChat(inline_thinking=True, replay_reasoning="tool_loop"),
    key_page="https://platform.minimax.io/user-center/basic-information/interface-key",
    key_variables=("MINIMAX_API_KEY",),
    bases=BASES,
    ranges={"temperature": (0.01, 1)},
    options=(
        Option(
            "endpoint",
            "Site",
            "Where the key was made.",
            kind="choice",
            choices=tuple(BASES),
            default="international",
        ),
    ),
    catalogue=(
        Model(
            id="MiniMax-M3",
            context=1_000_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(id="MiniMax-M2.5", context=1_000_000, tools=True, reasoning=True),
        Model(id="MiniMax-M2.5-lightning", context=1_000_000, tools=True, reasoning=True),
        Model(id="MiniMax-M2.1", context=1_000_000, tools=True, reasoning=True),
        Model(id="MiniMax-M2", context=200_000, tools=True, reasoning=True),
    ),
)
