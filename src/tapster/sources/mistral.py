"""Mistral AI: La Plateforme, whose fresh keys need some minutes before they work.

https://docs.mistral.ai/api/
"""

from tapster.core.models import Model
from tapster.dialects.mistral import Mistral
from tapster.sources._options import Option
from tapster.sources._source import HttpSource

BASES = {
    "global": "https://api.mistral.ai/v1",
    "eu": "https://api.eu.mistral.ai/v1",
    "us": "https://api.us.mistral.ai/v1",
    "codestral": "https://codestral.mistral.ai/v1",
}


def chats(model: Model) -> bool:
    """Tell the models that chat from those that embed, read or judge."""
    can = model.extra.get("capabilities")
    return not isinstance(can, dict) or can.get("completion_chat") is not False


source = HttpSource(
    id="mistral",
    title="Mistral AI",
    rank=4,
    base_url="https://api.mistral.ai/v1",
    bases=BASES,
    version="/v1",
    docs="https://docs.mistral.ai/api/",
    dialect=Mistral(),
    key_page="https://console.mistral.ai/api-keys",
    key_variables=("MISTRAL_API_KEY",),
    fresh_keys_wait=True,
    keeps=chats,
    ranges={"temperature": (0, 1.5)},
    note="A new key may be refused for some minutes after it was made.",
    options=(
        Option(
            "endpoint",
            "Site",
            "Where calls are answered; `codestral` is for keys made for Codestral alone.",
            kind="choice",
            choices=tuple(BASES),
            default="global",
        ),
        Option(
            "safe_prompt",
            "Safety prompt",
            "Put Mistral's own safety words before yours.",
            kind="switch",
            body="safe_prompt",
        ),
        Option(
            "prompt_mode",
            "Prompt mode",
            "`reasoning` gives Magistral its default reasoning prompt.",
            kind="choice",
            choices=("reasoning",),
            body="prompt_mode",
        ),
    ),
    catalogue=(
        Model(
            id="mistral-large-latest",
            vendor="mistralai",
            context=262_144,
            inputs=("text", "image"),
            tools=True,
        ),
        Model(
            id="mistral-medium-latest",
            vendor="mistralai",
            context=262_144,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="mistral-small-latest",
            vendor="mistralai",
            context=262_144,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="magistral-medium-latest",
            vendor="mistralai",
            context=262_144,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="magistral-small-latest",
            vendor="mistralai",
            context=262_144,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="ministral-14b-latest",
            vendor="mistralai",
            context=262_144,
            inputs=("text", "image"),
            tools=True,
        ),
        Model(
            id="ministral-8b-latest",
            vendor="mistralai",
            context=262_144,
            inputs=("text", "image"),
            tools=True,
        ),
        Model(
            id="ministral-3b-latest",
            vendor="mistralai",
            context=131_072,
            inputs=("text", "image"),
            tools=True,
        ),
        Model(
            id="devstral-latest", vendor="mistralai", context=256_000, tools=True, reasoning=True
        ),
        Model(id="codestral-latest", vendor="mistralai", context=128_000, tools=True),
        Model(
            id="voxtral-small-latest",
            vendor="mistralai",
            context=32_768,
            inputs=("text", "audio"),
            tools=True,
        ),
    ),
)
