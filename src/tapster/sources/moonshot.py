"""Moonshot AI: the Kimi models.

https://platform.moonshot.ai/docs/api/chat
"""

from tapster.core.models import Model
from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._options import Option
from tapster.sources._source import HttpSource

BASES = {
    "international": "https://api.moonshot.ai/v1",
    "mainland": "https://api.moonshot.cn/v1",
}

source = HttpSource(
    id="moonshot",
    title="Moonshot AI (Kimi)",
    base_url="https://api.moonshot.ai/v1",
    version="/v1",
    docs="https://platform.moonshot.ai/docs/api/chat",
    # An open tool loop wants its thoughts back; a last assistant turn marked `partial` goes on.
    dialect=OpenAIChat(
        effort="thinking_and_field",
        replay_reasoning="tool_loop",
        prefill="partial",
        never_takes=frozenset({"verbosity"}),
    ),
    key_page="https://platform.moonshot.ai/console/api-keys",
    key_variables=("MOONSHOT_API_KEY",),
    bases=BASES,
    ranges={"temperature": (0, 1)},
    note=(
        "Keys of the international and the mainland site are not interchangeable. "
        "Thinking Kimi models take no temperature but 1: leave it out."
    ),
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
            id="kimi-k3", context=1_048_576, inputs=("text", "image"), tools=True, reasoning=True
        ),
        Model(
            id="kimi-k2.7-code",
            context=262_144,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="kimi-k2.6", context=262_144, inputs=("text", "image"), tools=True, reasoning=True
        ),
        Model(
            id="kimi-k2.5", context=262_144, inputs=("text", "image"), tools=True, reasoning=True
        ),
        Model(id="moonshot-v1-8k", context=8_192, tools=True),
        Model(id="moonshot-v1-32k", context=32_768, tools=True),
        Model(id="moonshot-v1-128k", context=131_072, tools=True),
    ),
)
