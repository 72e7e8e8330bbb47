"""What each family of Google's models takes, in one place.

Gemini 3 thinks in levels where 2.5 counts tokens; the newest take no samplers and no trailing
model turn; Gemma up to 3 has no system instruction. `refine` fits a request to its model and
says so; `thinking_config` writes what was asked for in the family's own terms.

https://ai.google.dev/gemini-api/docs/thinking
"""

import re
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from tapster.core.events import Noticed
from tapster.core.messages import Message, Text, says
from tapster.core.requests import ChatRequest, Settings
from tapster.dialects.notices import Notices
from tapster.dialects.openings import first_turn

CONTINUE = "Continue your last message from exactly where it ends. Repeat none of it."

_GEMINI = re.compile(r"gemini-(\d+)(?:\.(\d+))?(?:-(.*))?$")
_LATEST = re.compile(r"gemini-(pro|flash|flash-lite)-latest$")
_GEMMA = re.compile(r"gemma-(\d+)")
# Aliases such as gemini-flash-latest move; they stand for the newest rules known here.
_NEWEST = (3, 8)
_EFFORTS = ("minimal", "low", "medium", "high")
# The budgets Google's own OpenAI-compatible endpoint gives these words.
_BUDGETS = {"none": 0, "minimal": 512, "low": 1024, "medium": 8192, "high": 24576}
_WIDEST = {"pro": 32768, "flash": 24576, "flash-lite": 24576}
# 2.5 Pro cannot stop thinking; the others stop at 0.
_NARROWEST = {"pro": 128}
_MOST_CANDIDATES = 8
# Values that change nothing, and that models without the field answer with a 400.
NEUTRAL = {"frequency_penalty": 0, "presence_penalty": 0, "n": 1}
_SAMPLERS = ("temperature", "top_p", "top_k")


@dataclass(frozen=True)
class Family:
    """A line of models. `version` is `None` where the id does not tell."""

    kind: Literal["gemini", "gemma", "other"]
    version: tuple[int, int] | None = None
    tier: str = ""
    special: bool = False

    def _from(self, major: int, minor: int) -> bool:
        return self.kind == "gemini" and self.version is not None and self.version >= (major, minor)

    @property
    def bare(self) -> bool:
        """Whether samplers and a trailing model turn are refused."""
        return self._from(3, 6) or (self.version == (3, 5) and self.tier == "flash-lite")

    @property
    def thinking(self) -> Literal["level", "budget"] | None:
        """How much thought is asked for; `None` where there is none, or it cannot be told."""
        if self.special:
            return None
        if self._from(3, 0):
            return "level"
        return "budget" if self._from(2, 5) else None

    @property
    def shows_thoughts(self) -> bool:
        """Whether the model may be asked for a summary of its thoughts."""
        return self.thinking is not None or (self.special and self.tier == "pro" and self.signs)

    @property
    def efforts(self) -> tuple[str, ...]:
        """The words for the thinking level that the family knows."""
        if self.tier == "pro" or self._from(3, 7):
            return _EFFORTS[1:]
        return _EFFORTS

    @property
    def signs(self) -> bool:
        """Whether tool calls must come back with the signature they were made with."""
        return self._from(3, 0)

    @property
    def instructed(self) -> bool:
        """Whether there is a system instruction."""
        return not (self.kind == "gemma" and self.version is not None and self.version < (4, 0))


def family_of(model: str) -> Family:
    """Return the family the id `model` belongs to."""
    name = model.rsplit("/", 1)[-1].lower()
    if match := _LATEST.match(name):
        return Family("gemini", _NEWEST, match[1])
    if match := _GEMINI.match(name):
        rest = match[3] or ""
        tier = next((tier for tier in ("flash-lite", "flash", "pro") if tier in rest), rest)
        special = any(word in rest for word in ("image", "tts", "audio", "live", "embedding"))
        return Family("gemini", (int(match[1]), int(match[2] or 0)), tier, special=special)
    if match := _GEMMA.match(name):
        return Family("gemma", (int(match[1]), 0))
    return Family("other", special="banana" in name)


def ranges_of(model: str) -> dict[str, tuple[float, float]]:
    """Return what of the response settings' ranges `model` has for its own."""
    family = family_of(model)
    ranges: dict[str, tuple[float, float]] = {"n": (1, _MOST_CANDIDATES)}
    if family.thinking == "budget":
        narrowest, widest = _NARROWEST.get(family.tier, 0), _WIDEST.get(family.tier, 24576)
        ranges["reasoning_tokens"] = (narrowest, widest)
    return ranges


def thinking_config(model: str, settings: Settings) -> dict[str, Any]:
    """Return Google's `thinkingConfig` for what was asked for; empty where nothing is to say.

    Budget and level are never sent together (400): a budget chosen by hand wins.
    """
    family = family_of(model)
    config: dict[str, Any] = {}
    if settings.reasoning_tokens is not None:
        config["thinkingBudget"] = settings.reasoning_tokens
    elif settings.reasoning_effort is not None:
        config |= _effort_config(family, settings.reasoning_effort)
    shown = settings.show_reasoning
    if config.get("thinkingBudget") == 0:
        return config
    if shown if shown is not None else family.shows_thoughts:
        config["includeThoughts"] = True
    return config


def _effort_config(family: Family, effort: str) -> dict[str, Any]:
    if family.thinking == "level":
        return {"thinkingLevel": "MINIMAL" if effort == "none" else effort.upper()}
    if effort in {"xhigh", "max"}:
        return {"thinkingBudget": _WIDEST.get(family.tier, 24576)}
    if effort in _BUDGETS:
        return {"thinkingBudget": _BUDGETS[effort]}
    return {"thinkingLevel": effort.upper()}


def refine(
    request: ChatRequest, *, vertex: bool = False
) -> tuple[ChatRequest, tuple[Noticed, ...]]:
    """Return `request` as its model's family takes it, with a notice for each change.

    `vertex` stands for Google Cloud, which takes a presence penalty where the Gemini API does
    not.
    """
    family = family_of(request.model)
    changes: dict[str, Any] = {}
    notices = Notices(request.model)
    _fit_samplers(family, request, changes, notices, vertex=vertex)
    _fit_thinking(family, request, changes, notices)
    messages = _fit_messages(family, request, notices)
    if changes:
        settings = msgspec.structs.replace(request.settings, **changes)
        request = msgspec.structs.replace(request, settings=settings)
    if messages is not request.messages:
        request = msgspec.structs.replace(request, messages=messages)
    return request, notices.told()


def _fit_samplers(
    family: Family,
    request: ChatRequest,
    changes: dict[str, Any],
    notices: Notices,
    *,
    vertex: bool,
) -> None:
    refused: list[str] = []
    if family.bare:
        refused += [*_SAMPLERS, "presence_penalty", "frequency_penalty"]
    elif family.version == (2, 5) and not vertex:
        refused.append("presence_penalty")
    if family.signs:
        refused.append("n")
    for name in refused:
        value = getattr(request.settings, name)
        if value is not None and value != NEUTRAL.get(name):
            changes[name] = None
            notices.omit_setting(name, "refuses it")


def _fit_thinking(
    family: Family, request: ChatRequest, changes: dict[str, Any], notices: Notices
) -> None:
    if family.kind != "gemini" or family.version is None:
        return
    settings = request.settings
    budget, effort = settings.reasoning_tokens, settings.reasoning_effort
    if budget is not None and (family.thinking is None or family.version >= (4, 0)):
        changes["reasoning_tokens"] = budget = None
        notices.omit_setting("reasoning_tokens", "takes no thinking budget")
    if effort is None:
        return
    if budget is not None:
        changes["reasoning_effort"] = None
        notices.omit_setting("reasoning_effort", "takes it or a reasoning budget, which was sent")
    elif family.thinking is None:
        changes["reasoning_effort"] = None
        notices.omit_setting("reasoning_effort", "has none to choose")
    elif (nearest := _nearest_effort(family, effort)) != effort:
        changes["reasoning_effort"] = nearest
        notices.tell(
            f"The effort “{nearest}” was sent: {notices.to} does not know “{effort}”.",
            "reasoning_effort",
        )


def _nearest_effort(family: Family, effort: str) -> str:
    if family.thinking == "budget":
        # 2.5 Pro cannot stop thinking; every other word has a budget of its own.
        return "minimal" if effort == "none" and family.tier == "pro" else effort
    if effort in family.efforts:
        return effort
    if effort in {"none", "minimal"}:
        return family.efforts[0]
    return "high" if effort in {"xhigh", "max"} else effort


def _fit_messages(family: Family, request: ChatRequest, notices: Notices) -> tuple[Message, ...]:
    messages = request.messages
    if not family.instructed:
        messages = _without_system(messages, notices)
    if family.bare and messages and messages[-1].role == "assistant":
        notices.tell(
            f"The model was asked in words to continue its answer: {notices.to} does not go on "
            "from a begun one by itself."
        )
        messages = (*messages, says("user", CONTINUE))
    return messages


def _without_system(messages: tuple[Message, ...], notices: Notices) -> tuple[Message, ...]:
    """Return `messages` with the leading system words moved into the first user turn."""
    first = first_turn(messages)
    if not first:
        return messages
    notices.tell(
        f"The system prompt was put before the first user message: {notices.to} has no system "
        "instruction."
    )
    words = "\n\n".join(message.text for message in messages[:first])
    rest = messages[first:]
    if rest and rest[0].role == "user":
        told = msgspec.structs.replace(rest[0], parts=(Text(f"{words}\n\n"), *rest[0].parts))
        return (told, *rest[1:])
    return (says("user", words), *rest)
