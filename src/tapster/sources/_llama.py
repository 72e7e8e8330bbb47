"""Chat Completions as llama.cpp speaks them: embedded here, or on a server of its own."""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.dialects.openai_chat.wires import as_bias, same
from tapster.sources._ranges import Own, Ranges

CHAT = OpenAIChat(
    inline_thinking=True,
    developer=False,
    also_takes=frozenset({"json_schema"}),
    # It passes over what it does not know without a word.
    never_takes=frozenset({"verbosity"}),
    wires=same(
        *("top_k", "min_p", "typical_p", "top_n_sigma", "xtc_probability", "xtc_threshold"),
        *("dynatemp_range", "dynatemp_exponent", "mirostat_tau", "mirostat_eta"),
        *("dry_multiplier", "dry_base", "dry_allowed_length", "dry_sequence_breakers"),
        *("adaptive_target", "adaptive_decay", "ignore_eos", "grammar"),
    )
    | {
        "repetition_penalty": "repeat_penalty",
        "repetition_range": "repeat_last_n",
        "dry_range": "dry_penalty_last_n",
        "mirostat_mode": "mirostat",
        "sampler_order": "samplers",
        "banned_token_ids": as_bias(False),
    },
    # A begun answer and thinking that is to come exclude each other.
    prefill_fields={"chat_template_kwargs": {"enable_thinking": False}},
)
RANGES: Ranges = {"temperature": (0.0, 5.0)}
OWN: Own = {
    "top_n_sigma": {"low": -1, "neutral": -1},
    "adaptive_target": {"low": -1, "neutral": -1},
    "repetition_range": {"low": -1},
    "dry_range": {"low": -1},
    "sampler_order": {
        "choices": (
            *("penalties", "dry", "top_n_sigma", "top_k", "typ_p", "top_p", "min_p"),
            *("xtc", "temperature"),
        )
    },
}
