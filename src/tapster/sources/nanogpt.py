"""NanoGPT: many models, paid by the call.

https://docs.nano-gpt.com/
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._source import HttpSource

source = HttpSource(
    id="nanogpt",
    title="NanoGPT",
    base_url="https://nano-gpt.com/api/v1",
    version="/v1",
    docs="https://docs.nano-gpt.com/",
    dialect=OpenAIChat(
        reasoning_field="reasoning",
        cache_marks=True,
        also_takes=frozenset({"top_k", "min_p", "top_a", "typical_p", "repetition_penalty"}),
    ),
    key_page="https://nano-gpt.com/api",
    key_variables=(
        "NANOGPT_API_KEY",
        "NANO_GPT_API_KEY",
    ),
    models_path="/models?detailed=true",
    list_is_public=True,
    note="A model id may end in `:thinking`, `:online` or `:memory`.",
)
