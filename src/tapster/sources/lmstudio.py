"""LM Studio: models on a desk, loaded when they are asked for.

https://lmstudio.ai/docs/developer/openai-compat
"""

from tapster.core.models import Model
from tapster.dialects.openai_chat import OpenAIChat
from tapster.dialects.openai_chat.wires import as_bias
from tapster.dialects.openai_text import OpenAIText
from tapster.sources._options import Option
from tapster.sources._source import HttpSource


def chats(model: Model) -> bool:
    """Whether a model of the list writes words; those that only embed do not."""
    return model.extra.get("type") != "embeddings"


source = HttpSource(
    id="lmstudio",
    title="LM Studio",
    base_url="http://127.0.0.1:1234",
    tails=("/v1", "/api/v0", "/api/v1"),
    docs="https://lmstudio.ai/docs/developer/openai-compat",
    dialect=OpenAIChat(
        path="/v1/chat/completions",
        inline_thinking=True,
        developer=False,
        json_format="schema_only",
        also_takes=frozenset({"top_k", "json_schema"}),
        never_takes=frozenset({"n", "logprobs", "top_logprobs", "reasoning_effort", "verbosity"}),
        wires={"repetition_penalty": "repeat_penalty", "banned_token_ids": as_bias(-100)},
    ),
    text=OpenAIText(path="/v1/completions"),
    key_need="optional",
    models_path="/v1/models",
    facts_path="/api/v0/models",
    keeps=chats,
    always_external=True,
    note=(
        "Start its server on the Developer page. A model that is not loaded yet is loaded by "
        "the first message, which may take minutes."
    ),
    options=(
        Option(
            "ttl",
            "Keep loaded",
            "Seconds without a call after which a model loaded by a call is unloaded.",
            kind="integer",
            body="ttl",
        ),
        Option(
            "draft_model",
            "Draft model",
            "A small model that guesses ahead so that the large one is quicker.",
            body="draft_model",
        ),
    ),
)
