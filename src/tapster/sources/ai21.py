"""AI21: the Jamba models.

https://docs.ai21.com/reference/jamba-1-6-api-ref
"""

from tapster.core.models import Model
from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._source import HttpSource

source = HttpSource(
    id="ai21",
    title="AI21",
    base_url="https://api.ai21.com/studio/v1",
    version="/v1",
    docs="https://docs.ai21.com/reference/jamba-1-6-api-ref",
    # There is no documented list of models and nothing cheap to ask with the key.
    dialect=OpenAIChat(
        effort="none",
        never_takes=frozenset(
            {
                "frequency_penalty",
                "presence_penalty",
                "logit_bias",
                "logprobs",
                "top_logprobs",
                "reasoning_effort",
                "verbosity",
            }
        ),
    ),
    key_page="https://studio.ai21.com/account/api-key",
    key_variables=("AI21_API_KEY",),
    models_path=None,
    ranges={"max_tokens": (1, 4096)},
    catalogue=(
        Model(id="jamba-large-1.7", context=256_000, max_output=4_096, tools=True),
        Model(id="jamba-mini-1.7", context=256_000, max_output=4_096, tools=True),
    ),
)
