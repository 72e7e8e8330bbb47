"""vLLM: a server for many callers at once.

https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
"""

from functools import partial

from tapster.dialects.openai_chat import OpenAIChat
from tapster.dialects.openai_chat.wires import as_bias, inside, same
from tapster.dialects.openai_text import OpenAIText
from tapster.sources._counts import by_messages
from tapster.sources._probes import StatusCall
from tapster.sources._servers import ServerKind
from tapster.sources._source import HttpSource
from tapster.sources._vllm import looking_for

source = HttpSource(
    id="vllm",
    title="vLLM",
    base_url="http://127.0.0.1:8000",
    tails=("/v1",),
    docs="https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
    dialect=OpenAIChat(
        path="/v1/chat/completions",
        inline_thinking=True,
        developer=False,
        also_takes=frozenset({"json_schema", "reasoning_tokens", "show_reasoning"}),
        never_takes=frozenset({"verbosity"}),
        wires=same(
            *("top_k", "min_p", "repetition_penalty", "min_tokens", "ignore_eos"),
            "skip_special_tokens",
        )
        | {
            "banned_strings": "bad_words",
            "banned_token_ids": as_bias(-100),
            "regex": inside("structured_outputs", "regex"),
            "grammar": inside("structured_outputs", "grammar"),
        },
        prefill_fields={"add_generation_prompt": False, "continue_final_message": True},
    ),
    text=OpenAIText(path="/v1/completions"),
    key_need="optional",
    server=ServerKind(looking_for("vllm")),
    models_path="/v1/models",
    status=StatusCall("/health", proves_key=False),
    count=partial(by_messages, path="/tokenize"),
    always_external=True,
    note=(
        "What is not sent is as the model's own `generation_config.json` has it. "
        "The key is needed only with `--api-key`."
    ),
)
