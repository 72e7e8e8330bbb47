"""Aphrodite: vLLM's server with the widest set of samplers.

https://aphrodite.pygmalion.chat
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
    id="aphrodite",
    title="Aphrodite",
    base_url="http://127.0.0.1:2242",
    tails=("/v1",),
    docs="https://aphrodite.pygmalion.chat",
    dialect=OpenAIChat(
        path="/v1/chat/completions",
        inline_thinking=True,
        developer=False,
        also_takes=frozenset({"json_schema"}),
        never_takes=frozenset({"verbosity"}),
        wires=same(
            *("top_k", "top_a", "min_p", "tfs", "typical_p", "epsilon_cutoff", "eta_cutoff"),
            *("xtc_probability", "xtc_threshold", "skew", "temperature_last"),
            *("smoothing_factor", "smoothing_curve", "dynatemp_exponent"),
            *("mirostat_mode", "mirostat_tau", "mirostat_eta"),
            *("repetition_penalty", "no_repeat_ngram_size"),
            *("dry_multiplier", "dry_base", "dry_allowed_length", "dry_range"),
            *("dry_sequence_breakers", "min_tokens", "ignore_eos", "skip_special_tokens"),
        )
        | {
            "top_n_sigma": "nsigma",
            "dynatemp_low": "dynatemp_min",
            "dynatemp_high": "dynatemp_max",
            "banned_token_ids": as_bias(-100),
            "regex": inside("structured_outputs", "regex"),
            "grammar": inside("structured_outputs", "grammar"),
        },
        prefill_fields={"add_generation_prompt": False, "continue_final_message": True},
    ),
    ranges={"temperature": (0, 5)},
    own={"reasoning_effort": {"choices": ("none", "low", "medium", "high")}},
    text=OpenAIText(path="/v1/completions"),
    key_need="optional",
    server=ServerKind(looking_for("aphrodite")),
    models_path="/v1/models",
    status=StatusCall("/health", proves_key=False),
    count=partial(by_messages, path="/v1/tokenize"),
    always_external=True,
    note="The key is needed only where it was started with `--api-keys`.",
)
