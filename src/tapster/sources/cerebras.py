"""Cerebras: open-weight models on wafer-scale chips.

https://inference-docs.cerebras.ai/api-reference/chat-completions
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._source import HttpSource

source = HttpSource(
    id="cerebras",
    title="Cerebras",
    base_url="https://api.cerebras.ai/v1",
    version="/v1",
    docs="https://inference-docs.cerebras.ai/api-reference/chat-completions",
    # Penalties and logit bias are refused.
    dialect=OpenAIChat(
        max_tokens_field="max_completion_tokens",
        reasoning_field="reasoning",
        never_takes=frozenset(
            {"frequency_penalty", "presence_penalty", "logit_bias", "n", "verbosity"}
        ),
    ),
    key_page="https://cloud.cerebras.ai",
    key_variables=("CEREBRAS_API_KEY",),
)
