"""Fireworks AI: open-weight models, served fast.

https://docs.fireworks.ai/api-reference/post-chatcompletions
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._options import Option
from tapster.sources._source import HttpSource

source = HttpSource(
    id="fireworks",
    title="Fireworks AI",
    base_url="https://api.fireworks.ai/inference/v1",
    version="/v1",
    docs="https://docs.fireworks.ai/api-reference/post-chatcompletions",
    dialect=OpenAIChat(
        also_takes=frozenset({"top_k", "min_p", "typical_p", "repetition_penalty"}),
        never_takes=frozenset({"verbosity"}),
    ),
    key_page="https://app.fireworks.ai/settings/users/api-keys",
    key_variables=(
        "FIREWORKS_API_KEY",
        "FIREWORKS_AI_API_KEY",
    ),
    options=(
        Option(
            "overflow",
            "When the chat is too long",
            "Cut the oldest part off, or refuse with an error.",
            kind="choice",
            choices=("truncate", "error"),
            body="context_length_exceeded_behavior",
        ),
    ),
)
