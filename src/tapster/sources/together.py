"""Together AI: open-weight models; its list is a bare array.

https://docs.together.ai/reference/chat-completions-1
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.dialects.openai_text import OpenAIText
from tapster.sources._options import Option
from tapster.sources._source import HttpSource

source = HttpSource(
    id="together",
    title="Together AI",
    base_url="https://api.together.ai/v1",
    version="/v1",
    docs="https://docs.together.ai/reference/chat-completions-1",
    dialect=OpenAIChat(
        reasoning_field="reasoning",
        also_takes=frozenset({"top_k", "min_p", "repetition_penalty"}),
        never_takes=frozenset({"verbosity"}),
    ),
    text=OpenAIText(),
    key_page="https://api.together.ai/settings/api-keys",
    key_variables=(
        "TOGETHER_API_KEY",
        "TOGETHER_AI_API_KEY",
        "TOGETHERAI_API_KEY",
    ),
    options=(
        Option(
            "safety_model",
            "Safety model",
            "The id of a model that judges what is asked and answered.",
            body="safety_model",
        ),
    ),
)
