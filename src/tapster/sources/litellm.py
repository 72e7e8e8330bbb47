"""LiteLLM: a proxy before many providers, with keys and budgets of its own.

https://docs.litellm.ai/docs/proxy/user_keys
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.dialects.openai_text import OpenAIText
from tapster.sources._probes import StatusCall
from tapster.sources._source import HttpSource

source = HttpSource(
    id="litellm",
    title="LiteLLM proxy",
    base_url="http://127.0.0.1:4000",
    tails=("/v1",),
    docs="https://docs.litellm.ai/docs/proxy/user_keys",
    dialect=OpenAIChat(
        path="/v1/chat/completions",
        inline_thinking=True,
        # What OpenAI has no field for goes on to the provider behind it untouched.
        also_takes=frozenset({"top_k", "min_p", "repetition_penalty", "json_schema"}),
        prefill="prefix",
    ),
    text=OpenAIText(path="/v1/completions"),
    key_need="optional",
    models_path="/v1/models",
    facts_path="/v1/model/info",
    status=StatusCall("/health/liveliness", proves_key=False),
    always_external=True,
    note=(
        "The key is one it made, or its master key. It refuses settings the provider behind it "
        "lacks, unless it runs with `drop_params`."
    ),
)
