"""Which parameters OpenAI's model families refuse, as data.

https://platform.openai.com/docs/guides/reasoning
"""

import re
from typing import Literal

import msgspec
from msgspec import Struct

from tapster.core.events import Noticed
from tapster.core.requests import ChatRequest
from tapster.dialects.notices import Notices

_SAMPLERS = frozenset({"temperature", "top_p", "logprobs", "top_logprobs"})
_PENALTIES = frozenset({"frequency_penalty", "presence_penalty", "logit_bias"})
_STOP = frozenset({"stop"})


class Family(Struct, frozen=True):
    """Models that refuse the same parameters.

    `samplers` says when temperature, top_p and logprobs are taken: never, when thinking is
    off (by default or by an effort of none), or only when an effort of none is asked for.
    `one_is_taken`: a temperature of 1, which changes nothing, is not refused.
    """

    pattern: re.Pattern[str]
    refuses: frozenset[str]
    samplers: Literal["never", "unless_thinking", "when_asked_not_to_think"] = "never"
    one_is_taken: bool = False


def _family(
    pattern: str,
    refuses: frozenset[str],
    samplers: Literal["never", "unless_thinking", "when_asked_not_to_think"] = "never",
    *,
    one_is_taken: bool = False,
) -> Family:
    whole = re.compile(rf"^(?:.*/)?(?:ft:)?(?:{pattern})(?![\d.])")
    return Family(whole, refuses, samplers, one_is_taken)


# First match counts; a model that matches none is left alone.
FAMILIES: tuple[Family, ...] = (
    _family(r"o[34](?:-mini|-pro)?", _PENALTIES | _STOP, one_is_taken=True),
    _family(r"o\d(?:-mini|-pro|-preview)?", _PENALTIES, one_is_taken=True),
    _family(r"gpt-5(?:\.\d+)?(?=-(?:pro|codex))", _PENALTIES | _STOP),
    _family(r"gpt-5(?!-chat)", _PENALTIES | _STOP, one_is_taken=True),
    _family(r"gpt-5\.[1-4](?!-chat)", _PENALTIES | _STOP, "unless_thinking"),
    _family(r"gpt-5\.[5-9](?!-chat)", _PENALTIES | _STOP, "when_asked_not_to_think"),
    _family(r"gpt-6(?:\.\d+)?", _PENALTIES | _STOP),
)

_COMPLETION_TOKENS = re.compile(r"^(?:.*/)?(?:ft:)?(?:o\d|gpt-[56])(?!\d)")
_RESPONSES_ONLY = re.compile(r"^(?:ft:)?(?:o\d|gpt-[56](?:\.\d+)?)(?:-[a-z]+)*-?(?:pro|codex)\b")
_TOOLS_WITHOUT_THINKING = re.compile(r"^(?:ft:)?(?:gpt-5\.(?:[4-9]|\d\d)|gpt-6)")


def refine(request: ChatRequest) -> tuple[ChatRequest, tuple[Noticed, ...]]:
    """Return `request` as its model takes it, and a notice for each parameter left out."""
    family = family_of(request.model)
    if family is None:
        return request, ()
    settings = request.settings
    refused = [
        name
        for name in type(settings).__struct_fields__
        if getattr(settings, name) is not None and _refuses(family, name, request)
    ]
    if not refused:
        return request, ()
    kept = msgspec.structs.replace(settings, **dict.fromkeys(refused))
    notices = Notices(request.model)
    for name in refused:
        notices.omit_setting(
            name, "refuses it while it thinks" if name in _SAMPLERS else "refuses it"
        )
    return msgspec.structs.replace(request, settings=kept), notices.told()


def family_of(model: str) -> Family | None:
    """Return the family `model` belongs to, or `None` where we know no rule for it."""
    return next((family for family in FAMILIES if family.pattern.search(model)), None)


def max_tokens_field(model: str) -> str:
    """Return the name under which `model` takes the most tokens an answer may have."""
    return "max_completion_tokens" if _COMPLETION_TOKENS.search(model) else "max_tokens"


def wants_responses(request: ChatRequest) -> bool:
    """Whether OpenAI answers `request` only on its Responses API: the pro and codex models, and
    tools together with thinking from gpt-5.4 on.
    """
    if _RESPONSES_ONLY.search(request.model):
        return True
    if not request.tools or not _TOOLS_WITHOUT_THINKING.search(request.model):
        return False
    return request.settings.reasoning_effort != "none"


def _refuses(family: Family, name: str, request: ChatRequest) -> bool:
    if name in family.refuses:
        return True
    if name not in _SAMPLERS:
        return False
    if name == "temperature" and family.one_is_taken and request.settings.temperature == 1:
        return False
    effort = request.settings.reasoning_effort
    match family.samplers:
        case "never":
            return True
        case "unless_thinking":
            return effort not in {None, "none"}
        case "when_asked_not_to_think":
            return effort != "none"
