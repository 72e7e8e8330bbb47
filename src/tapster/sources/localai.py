"""LocalAI: many engines behind one API.

https://localai.io/features/openai-functions/
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.dialects.openai_chat.wires import as_bias, same
from tapster.dialects.openai_text import OpenAIText
from tapster.sources._probes import StatusCall
from tapster.sources._source import HttpSource

source = HttpSource(
    id="localai",
    title="LocalAI",
    base_url="http://127.0.0.1:8080",
    tails=("/v1",),
    docs="https://localai.io/features/openai-functions/",
    dialect=OpenAIChat(
        path="/v1/chat/completions",
        inline_thinking=True,
        developer=False,
        also_takes=frozenset({"json_schema"}),
        never_takes=frozenset({"verbosity"}),
        wires=same("top_k", "min_p", "typical_p", "negative_prompt", "ignore_eos", "grammar")
        | {
            "tfs": "tfz",
            "repetition_penalty": "repeat_penalty",
            "repetition_range": "repeat_last_n",
            "guidance_scale": "negative_prompt_scale",
            "banned_token_ids": as_bias(-100),
        },
    ),
    text=OpenAIText(path="/v1/completions"),
    key_need="optional",
    models_path="/v1/models",
    status=StatusCall("/readyz", proves_key=False),
    always_external=True,
    note=(
        "Which settings have an effect depends on the engine of the model: llama.cpp heeds most "
        "of them, others few. The first message loads the engine."
    ),
)
