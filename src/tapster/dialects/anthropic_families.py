"""What each family of Claude models accepts, as data, and the one place requests bend to it.

https://docs.claude.com/en/docs/about-claude/models
"""

import re
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from tapster.core.events import Noticed
from tapster.core.messages import Message, Opaque, Text, joined_text
from tapster.core.requests import ChatRequest, Settings, ToolChoice
from tapster.core.settings import SETTINGS
from tapster.dialects.json_values import text_in
from tapster.dialects.notices import Notices

Thinking = Literal["adaptive", "enabled", "disabled", "between_tools"]


class Family(Struct, frozen=True, kw_only=True):
    """What a family of models takes.

    - `samplers`: none, all of them, or temperature and top_p but not both at once.
    - `thinking`: the values of `thinking.type`; empty where models do not think.
    - `thinks_unasked`: it thinks unless it is told not to.
    - `hides_thinking`: readable thinking comes only when it is asked for.
    - `max_output`: the most tokens an answer may have.
    """

    samplers: Literal["none", "one", "all"] = "none"
    prefill: bool = False
    thinking: frozenset[Thinking] = frozenset({"adaptive"})
    thinks_unasked: bool = True
    hides_thinking: bool = True
    forced_tools: bool = False
    max_output: int = 128_000


_BUDGET: frozenset[Thinking] = frozenset({"enabled", "disabled"})

CLAUDE_3 = Family(
    samplers="all",
    prefill=True,
    thinking=frozenset(),
    thinks_unasked=False,
    hides_thinking=False,
    forced_tools=True,
    max_output=4096,
)
CLAUDE_3_5 = replace(CLAUDE_3, max_output=8192)
CLAUDE_3_7 = replace(CLAUDE_3, thinking=_BUDGET, max_output=64_000)
OPUS_4 = replace(CLAUDE_3_7, max_output=32_000)
OPUS_4_1 = replace(OPUS_4, samplers="one")
GENERATION_4_5 = replace(CLAUDE_3_7, samplers="one")
GENERATION_4_6 = replace(
    CLAUDE_3_7,
    prefill=False,
    thinking=_BUDGET | {"adaptive"},
    max_output=128_000,
)
OPUS_4_7 = Family(thinks_unasked=False, forced_tools=True)
GENERATION_5 = Family(thinking=frozenset({"adaptive", "disabled"}), forced_tools=True)
ALWAYS_THINKING = Family(forced_tools=True)
SONNET_5_5 = Family(thinking=frozenset({"adaptive", "between_tools"}))
HAIKU_5_5 = replace(GENERATION_5, thinks_unasked=False)
NEWER = Family()

# A host of this format with models of its own: nothing is known, so nothing is changed.
FOREIGN = Family(
    samplers="all",
    prefill=True,
    thinking=_BUDGET,
    thinks_unasked=False,
    hides_thinking=False,
    forced_tools=True,
    max_output=0,
)

FAMILIES: dict[tuple[str, int, int], Family] = {
    ("haiku", 3, 0): CLAUDE_3,
    ("sonnet", 3, 0): CLAUDE_3,
    ("opus", 3, 0): CLAUDE_3,
    ("haiku", 3, 5): CLAUDE_3_5,
    ("sonnet", 3, 5): CLAUDE_3_5,
    ("sonnet", 3, 7): CLAUDE_3_7,
    ("sonnet", 4, 0): CLAUDE_3_7,
    ("opus", 4, 0): OPUS_4,
    ("opus", 4, 1): OPUS_4_1,
    ("haiku", 4, 5): GENERATION_4_5,
    ("sonnet", 4, 5): GENERATION_4_5,
    ("opus", 4, 5): GENERATION_4_5,
    ("sonnet", 4, 6): GENERATION_4_6,
    ("opus", 4, 6): GENERATION_4_6,
    ("opus", 4, 7): OPUS_4_7,
    ("opus", 4, 8): OPUS_4_7,
    ("sonnet", 5, 0): GENERATION_5,
    ("opus", 5, 0): GENERATION_5,
    ("fable", 5, 0): ALWAYS_THINKING,
    ("mythos", 5, 0): ALWAYS_THINKING,
    ("fable", 5, 1): NEWER,
    ("fable", 5, 2): NEWER,
    ("mythos", 5, 1): NEWER,
    ("mythos", 5, 2): NEWER,
    ("opus", 5, 5): NEWER,
    ("sonnet", 5, 5): SONNET_5_5,
    ("haiku", 5, 5): HAIKU_5_5,
}

# `claude-opus-4-5-20251101`, `claude-opus-4.5`, `claude-3-5-haiku@20241022`; a longer number
# is a date, never a version.
_NAME = re.compile(
    r"claude-(?:(?P<line>[a-z]+)-(?P<major>\d{1,2})(?:[-.](?P<minor>\d{1,2}))?(?!\d)"
    r"|(?P<old_major>\d)(?:[-.](?P<old_minor>\d{1,2}))?-(?P<old_line>[a-z]+))"
)

_SHARES = {"minimal": 0.1, "low": 0.2, "medium": 0.5, "high": 0.8, "xhigh": 0.95, "max": 0.95}
_SMALLEST_BUDGET = 1024
_EFFORT = "reasoning_effort"


def family_of(model: str) -> Family:
    """Return what is known of `model`; an unknown newer Claude is taken to be the strictest."""
    name = model.casefold()
    if "claude" not in name:
        return FOREIGN
    found = _NAME.search(name)
    if found is None:
        return CLAUDE_3 if re.search(r"claude-(instant|v?[12])\b", name) else NEWER
    line = found["line"] or found["old_line"]
    major = int(found["major"] or found["old_major"])
    minor = int(found["minor"] or found["old_minor"] or 0)
    if line in {"instant", "v"}:
        return CLAUDE_3
    return FAMILIES.get((line, major, minor), CLAUDE_3 if major < 4 else NEWER)


def ranges_of(model: str) -> dict[str, tuple[float, float]]:
    """Return what of the response settings' ranges `model` has for its own."""
    family = family_of(model)
    if family is FOREIGN:
        return {}
    ranges: dict[str, tuple[float, float]] = {
        "temperature": (0, 1),
        "max_tokens": (1, family.max_output),
    }
    if "enabled" in family.thinking:
        ranges["reasoning_tokens"] = (_SMALLEST_BUDGET, family.max_output - 1)
    return ranges


def thinking_for(request: ChatRequest) -> tuple[dict[str, Any] | None, str | None]:
    """Return the `thinking` and `output_config.effort` that ask for what the settings say."""
    family, settings = family_of(request.model), request.settings
    effort, budget, show = (
        settings.reasoning_effort,
        settings.reasoning_tokens,
        settings.show_reasoning,
    )
    if effort == "none" or (effort is None and budget == 0):
        off = family.thinks_unasked and "disabled" in family.thinking
        return ({"type": "disabled"} if off else None), None
    thinking: dict[str, Any] | None = None
    if budget and "enabled" in family.thinking:
        thinking = {"type": "enabled", "budget_tokens": budget}
    elif "adaptive" in family.thinking:
        wanted = effort is not None or bool(budget)
        if wanted or (show is not None and family.thinks_unasked):
            thinking = {"type": "adaptive"}
    elif effort is not None and "enabled" in family.thinking:
        room = _budget_of(effort, settings.max_tokens or family.max_output or 8192)
        thinking = {"type": "enabled", "budget_tokens": room} if room else None
        effort = None
    if thinking and show is not None and (show is False or family.hides_thinking):
        thinking["display"] = "summarized" if show else "omitted"
    return thinking, effort if "adaptive" in family.thinking else None


def _budget_of(effort: str, max_tokens: int) -> int | None:
    """Return the share of `max_tokens` that `effort` may think for, if there is room at all.

    Thinking counts inside the answer's length, so some must be left for the answer.
    """
    if max_tokens <= _SMALLEST_BUDGET:
        return None
    share = int(max_tokens * _SHARES.get(effort, 0.5))
    return max(_SMALLEST_BUDGET, min(share, max_tokens - 1))


def refine(request: ChatRequest) -> tuple[ChatRequest, tuple[Noticed, ...]]:
    """Return `request` as its model accepts it, with a notice for every change."""
    family = family_of(request.model)
    notices = Notices(request.model)
    if family is FOREIGN:
        return request, ()
    request = _fill_length(request, family, notices)
    request = _fit_thinking(request, family, notices)
    request = _fit_samplers(request, family, notices)
    request = _fit_tool_choice(request, family, notices)
    request = _fit_prefill(request, family, notices)
    return request, notices.told()


def _change(request: ChatRequest, **settings: Any) -> ChatRequest:
    return replace(request, settings=replace(request.settings, **settings))


def _fill_length(request: ChatRequest, family: Family, notices: Notices) -> ChatRequest:
    if request.settings.max_tokens is not None or "max_tokens" in request.extra:
        return request
    notices.tell(
        f"A maximum length of {family.max_output} was sent: {notices.to} needs one, and none was "
        "chosen.",
        "max_tokens",
    )
    return _change(request, max_tokens=family.max_output)


def _fit_thinking(request: ChatRequest, family: Family, notices: Notices) -> ChatRequest:
    settings = request.settings
    if "thinking" in request.extra:
        request = _fit_raw_thinking(request, family, notices)
    effort, budget = settings.reasoning_effort, settings.reasoning_tokens
    off = effort == "none" or (effort is None and budget == 0)
    if not family.thinking:
        if (effort is not None or budget is not None) and not off:
            notices.omit_setting("reasoning_effort", "does not think")
        return _change(request, reasoning_effort=None, reasoning_tokens=None, show_reasoning=None)
    if off and family.thinks_unasked and "disabled" not in family.thinking:
        notices.tell(
            f"The effort “low” was sent instead of “none”: {notices.to} always thinks.", _EFFORT
        )
        return _change(request, reasoning_effort="low", reasoning_tokens=None)
    if effort == "minimal" and "adaptive" in family.thinking:
        notices.tell(f"The effort “low” was sent: {notices.to} does not know “minimal”.", _EFFORT)
        request = _change(request, reasoning_effort="low")
    if budget and "enabled" not in family.thinking:
        notices.omit_setting(
            "reasoning_tokens",
            "sets its own budget, and was only asked to think; the reasoning effort says how much",
        )
        request = _change(
            request,
            reasoning_tokens=None,
            reasoning_effort=request.settings.reasoning_effort or "high",
        )
    return _fit_budget(request, family, notices)


def _fit_budget(request: ChatRequest, family: Family, notices: Notices) -> ChatRequest:
    settings = request.settings
    if "adaptive" in family.thinking or settings.reasoning_tokens is not None:
        return request
    effort, length = settings.reasoning_effort, settings.max_tokens or family.max_output
    if effort in {None, "none"} or _budget_of(str(effort), length) is not None:
        return request
    notices.tell(
        f"The wish to think was not sent: {notices.to} needs more than {_SMALLEST_BUDGET} tokens "
        f"to think in, and the answer may have {length}. Raise the maximum length.",
        _EFFORT,
    )
    return _change(request, reasoning_effort=None)


def _fit_raw_thinking(request: ChatRequest, family: Family, notices: Notices) -> ChatRequest:
    raw = request.extra["thinking"]
    kind = text_in(raw.get("type")) if isinstance(raw, dict) else None
    if kind is None or kind in family.thinking:
        return request
    if kind == "disabled" and not family.thinks_unasked:
        fitting = None
        said = "; it does not think unless it is asked"
    elif "adaptive" in family.thinking:
        fitting = {"type": "adaptive"} | ({"display": raw["display"]} if "display" in raw else {})
        said = "; adaptive thinking was asked for instead"
    elif "enabled" in family.thinking:
        length = request.settings.max_tokens or family.max_output
        budget = _budget_of("high", length)
        fitting = {"type": "enabled", "budget_tokens": budget} if budget else None
        said = f"; a thinking budget of {budget} was asked for instead" if budget else ""
    else:
        fitting = None
        said = ""
    notices.tell(f"“thinking” was not sent: {notices.to} knows no type “{kind}”{said}.", "thinking")
    extra = {name: value for name, value in request.extra.items() if name != "thinking"}
    return replace(request, extra=extra | ({"thinking": fitting} if fitting else {}))


def _type_of_thinking(request: ChatRequest) -> str | None:
    thinking = request.extra.get("thinking", thinking_for(request)[0])
    return text_in(thinking.get("type")) if isinstance(thinking, dict) else None


def _thinks_by_budget(request: ChatRequest) -> bool:
    """Tell whether thinking is on in the old way, by budget, which forbids much else."""
    return _type_of_thinking(request) == "enabled"


def _thinks_at_all(request: ChatRequest) -> bool:
    return _type_of_thinking(request) in {"enabled", "adaptive"}


def _fit_samplers(request: ChatRequest, family: Family, notices: Notices) -> ChatRequest:
    settings = request.settings
    if family.samplers == "none":
        dropped = [
            name
            for name in ("temperature", "top_p", "top_k")
            if getattr(settings, name) is not None
        ]
        for name in dropped:
            notices.omit_setting(name, "refuses it")
        return _change(request, **dict.fromkeys(dropped))
    if _thinks_at_all(request):
        return _fit_thinking_samplers(request, settings, notices)
    if family.samplers == "one" and None not in {settings.temperature, settings.top_p}:
        if settings.top_p == 1:
            kept, left = "temperature", "top_p"
        elif settings.temperature == 1:
            kept, left = "top_p", "temperature"
        else:
            kept, left = "temperature", "top_p"
        notices.omit_setting(left, f"takes it or “{SETTINGS[kept].title}”, which was sent")
        return _change(request, **{left: None})
    return request


def _fit_thinking_samplers(
    request: ChatRequest, settings: Settings, notices: Notices
) -> ChatRequest:
    refused = []
    if settings.temperature not in {None, 1}:
        refused.append("temperature")
    if settings.top_p is not None and settings.top_p < 0.95:
        refused.append("top_p")
    if settings.top_k:
        refused.append("top_k")
    for name in refused:
        notices.omit_setting(name, "refuses it while it thinks")
    return _change(request, **dict.fromkeys(refused))


def _fit_tool_choice(request: ChatRequest, family: Family, notices: Notices) -> ChatRequest:
    choice = request.tool_choice
    if choice is None or choice.mode not in {"required", "tool"}:
        return request
    if family.forced_tools and not _thinks_by_budget(request):
        return request
    when = " while it thinks" if family.forced_tools else ""
    notices.tell(
        f"The choice of a tool was left to the model: {notices.to} cannot be made to use one"
        f"{when}. Ask for the tool in the prompt.",
        "tool_choice",
    )
    return replace(request, tool_choice=ToolChoice("auto"))


CONTINUE = (
    "Continue your last message from exactly where it stops: the very next characters, "
    "with no repetition, no introduction and no remark about this."
)


def _fit_prefill(request: ChatRequest, family: Family, notices: Notices) -> ChatRequest:
    if not request.messages:
        return request
    last = request.messages[-1]
    if last.role != "assistant" or last.tool_calls:
        return request
    if any(isinstance(part, Opaque) for part in last.parts):
        return request  # a turn the provider paused in its own tools goes on by itself
    if family.prefill and not _thinks_by_budget(request):
        return request
    if not joined_text(last.parts).strip():
        return replace(request, messages=request.messages[:-1])
    when = " while it thinks" if family.prefill else ""
    notices.tell(
        f"The model was asked in words to continue its answer: {notices.to} does not go on from a "
        f"begun one by itself{when}.",
        "prefix",
    )
    begun = replace(last, prefix=False)
    asked = Message(role="user", parts=(Text(CONTINUE),))
    return replace(request, messages=(*request.messages[:-1], begun, asked))
