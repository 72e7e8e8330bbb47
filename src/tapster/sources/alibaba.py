"""Alibaba: the Qwen models behind DashScope's compatible endpoint.

https://www.alibabacloud.com/help/en/model-studio/compatibility-of-openai-with-dashscope
"""

from tapster.core.models import Model
from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._options import Option
from tapster.sources._source import HttpSource

BASES = {
    "international": "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
    "united-states": "https://dashscope-us.aliyuncs.com/compatible-mode/v1",
    "mainland": "https://dashscope.aliyuncs.com/compatible-mode/v1",
}

source = HttpSource(
    id="alibaba",
    title="Alibaba Model Studio",
    base_url="https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
    version="/v1",
    docs="https://www.alibabacloud.com/help/en/model-studio/compatibility-of-openai-with-dashscope",
    dialect=OpenAIChat(prefill="partial", also_takes=frozenset({"top_k", "repetition_penalty"})),
    key_page="https://modelstudio.console.alibabacloud.com/?tab=playground#/api-key",
    key_variables=("DASHSCOPE_API_KEY",),
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
        Option(
            "enable_search",
            "Web search",
            "Let the model search before it answers.",
            kind="switch",
            body="enable_search",
        ),
    ),
    note="Some models answer as a stream only.",
    catalogue=(
        Model(
            id="qwen3.8-max",
            context=991_808,
            max_output=131_072,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="qwen3.8-flash",
            context=991_808,
            max_output=131_072,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(id="qwen3.7-max", context=991_808, max_output=65_536, tools=True, reasoning=True),
        Model(
            id="qwen3.7-plus",
            context=991_808,
            max_output=65_536,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(id="qwen3-max", context=258_048, max_output=65_536, tools=True, reasoning=True),
        Model(id="qwen-plus", context=129_024, max_output=16_384, tools=True, reasoning=True),
    ),
)
