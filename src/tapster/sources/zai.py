"""Z.AI: the GLM models, on three sites.

https://docs.z.ai/api-reference/llm/chat-completion
"""

from tapster.core.models import Model
from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._options import Option
from tapster.sources._source import HttpSource

BASES = {
    "common": "https://api.z.ai/api/paas/v4",
    "coding": "https://api.z.ai/api/coding/paas/v4",
    "mainland": "https://open.bigmodel.cn/api/paas/v4",
}

source = HttpSource(
    id="zai",
    title="Z.AI (GLM)",
    base_url="https://api.z.ai/api/paas/v4",
    docs="https://docs.z.ai/api-reference/llm/chat-completion",
    dialect=OpenAIChat(
        effort="thinking",
        never_takes=frozenset(
            {
                "frequency_penalty",
                "presence_penalty",
                "n",
                "seed",
                "logprobs",
                "top_logprobs",
                "logit_bias",
                "verbosity",
            }
        ),
    ),
    key_page="https://z.ai/manage-apikey/apikey-list",
    key_variables=(
        "ZAI_API_KEY",
        "Z_AI_API_KEY",
        "ZHIPUAI_API_KEY",
        "ZHIPU_API_KEY",
    ),
    bases=BASES,
    ranges={"temperature": (0, 1), "top_p": (0.01, 1)},
    note="One stop string at most; `tool_choice` is always automatic.",
    options=(
        Option(
            "endpoint",
            "Plan",
            "The common API, the coding plan, or the mainland site: each has its own keys.",
            kind="choice",
            choices=tuple(BASES),
            default="common",
        ),
        Option(
            "do_sample",
            "Sample",
            "Off: always take the likeliest word.",
            kind="switch",
            body="do_sample",
        ),
    ),
    catalogue=(
        Model(id="glm-5.3", context=1_000_000, max_output=128_000, tools=True, reasoning=True),
        Model(
            id="glm-5.3-flash",
            context=1_048_576,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(id="glm-5.2", context=1_000_000, max_output=128_000, tools=True, reasoning=True),
        Model(id="glm-5.1", context=200_000, max_output=128_000, tools=True, reasoning=True),
        Model(id="glm-5", context=200_000, max_output=128_000, tools=True, reasoning=True),
        Model(id="glm-4.7", context=200_000, max_output=128_000, tools=True, reasoning=True),
        Model(id="glm-4.6", context=200_000, max_output=128_000, tools=True, reasoning=True),
        Model(
            id="glm-5v-turbo",
            context=200_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(id="glm-4.5-air", context=128_000, max_output=32_000, tools=True, reasoning=True),
    ),
)
