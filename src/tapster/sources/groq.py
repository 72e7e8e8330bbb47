"""Groq: open-weight models behind an OpenAI-style endpoint.

https://console.groq.com/docs/api-reference
"""

from tapster.core.models import Model
from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._options import Option
from tapster.sources._source import HttpSource


def chats(model: Model) -> bool:
    """Tell the models that chat from those that listen, speak or judge."""
    return not any(word in model.id for word in ("whisper", "-tts", "guard", "orpheus"))


source = HttpSource(
    id="groq",
    title="Groq",
    base_url="https://api.groq.com/openai/v1",
    version="/v1",
    docs="https://console.groq.com/docs/api-reference",
    # Groq deprecated `max_tokens`; thoughts come beside the text, not inside it. One answer at a
    # time; log probabilities, logit bias and names in messages are refused.
    dialect=OpenAIChat(
        max_tokens_field="max_completion_tokens",
        reasoning_field="reasoning",
        names=False,
        never_takes=frozenset({"n", "logprobs", "top_logprobs", "logit_bias", "verbosity"}),
    ),
    key_page="https://console.groq.com/keys",
    key_variables=("GROQ_API_KEY",),
    keeps=chats,
    options=(
        Option(
            "reasoning_format",
            "Thinking",
            "Return thoughts apart from the text, inside it, or not at all. "
            "`raw` does not go with tools or JSON.",
            kind="choice",
            choices=("parsed", "raw", "hidden"),
            body="reasoning_format",
        ),
        Option(
            "service_tier",
            "Service tier",
            "Which queue calls stand in.",
            kind="choice",
            choices=("auto", "on_demand", "flex", "performance"),
            body="service_tier",
        ),
    ),
)
