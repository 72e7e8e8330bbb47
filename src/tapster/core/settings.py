"""The response settings a person can turn: their names, ranges and meaning, in one table."""

from typing import Literal

from msgspec import Struct

Kind = Literal["number", "integer", "text", "list", "map", "switch", "choice"]


class Setting(Struct, frozen=True, omit_defaults=True):
    """A response setting. `neutral` is the value that changes nothing, where there is one."""

    name: str
    title: str
    meaning: str
    kind: Kind = "number"
    low: float | None = None
    high: float | None = None
    neutral: float | None = None
    choices: tuple[str, ...] = ()


SETTINGS: dict[str, Setting] = {
    setting.name: setting
    for setting in (
        Setting(
            "temperature",
            "Temperature",
            "How freely the next word is chosen: low is predictable, high is surprising.",
            low=0,
            high=2,
            neutral=1,
        ),
        Setting(
            "top_p",
            "Top P",
            "Keep only the likeliest words whose chances add up to this.",
            low=0,
            high=1,
            neutral=1,
        ),
        Setting(
            "top_k",
            "Top K",
            "Keep only this many of the likeliest words; 0 keeps all.",
            kind="integer",
            low=0,
            high=500,
            neutral=0,
        ),
        Setting(
            "min_p",
            "Min P",
            "Drop words less likely than this share of the likeliest one.",
            low=0,
            high=1,
            neutral=0,
        ),
        Setting(
            "top_a",
            "Top A",
            "Drop words less likely than this times the square of the likeliest one's chance.",
            low=0,
            high=1,
            neutral=0,
        ),
        Setting(
            "typical_p",
            "Typical P",
            "Prefer words about as surprising as the text usually is.",
            low=0,
            high=1,
            neutral=1,
        ),
        Setting(
            "repetition_penalty",
            "Repetition penalty",
            "Make words that already appeared less likely; 1 changes nothing.",
            low=0,
            high=2,
            neutral=1,
        ),
        Setting(
            "frequency_penalty",
            "Frequency penalty",
            "Make a word less likely the more often it appeared.",
            low=-2,
            high=2,
            neutral=0,
        ),
        Setting(
            "presence_penalty",
            "Presence penalty",
            "Make every word that appeared at all less likely.",
            low=-2,
            high=2,
            neutral=0,
        ),
        Setting(
            "max_tokens",
            "Max response length",
            "The most tokens the answer may have, thinking included where the model counts it.",
            kind="integer",
            low=1,
        ),
        Setting(
            "stop",
            "Stop strings",
            "The answer ends where one of these would begin.",
            kind="list",
        ),
        Setting(
            "seed",
            "Seed",
            "The same seed asks for the same dice; providers promise their best only.",
            kind="integer",
        ),
        Setting("n", "Alternatives", "How many answers to ask for at once.", kind="integer", low=1),
        Setting(
            "logprobs",
            "Log probabilities",
            "Return how likely each word of the answer was.",
            kind="switch",
        ),
        Setting(
            "top_logprobs",
            "Top log probabilities",
            "Return this many likely alternatives for each word.",
            kind="integer",
            low=0,
            high=20,
        ),
        Setting(
            "logit_bias",
            "Logit bias",
            "Make single tokens more or less likely, by token id.",
            kind="map",
        ),
        Setting(
            "reasoning_effort",
            "Reasoning effort",
            "How long the model may think before it answers.",
            kind="choice",
            choices=("none", "minimal", "low", "medium", "high", "xhigh", "max"),
        ),
        Setting(
            "reasoning_tokens",
            "Reasoning budget",
            "How many tokens the model may think for.",
            kind="integer",
            low=0,
        ),
        Setting(
            "show_reasoning",
            "Show reasoning",
            "Ask the provider to return what the model thought.",
            kind="switch",
        ),
        Setting(
            "verbosity",
            "Verbosity",
            "How long-winded the answer should be.",
            kind="choice",
            choices=("low", "medium", "high"),
        ),
    )
}
