"""Each Claude model gets only what it takes, and every change is told."""

import pytest

from chat_requests import HELLO, WEATHER
from tapster.core.messages import Message, Opaque, Text, says
from tapster.core.requests import ChatRequest, Settings, ToolChoice
from tapster.dialects.anthropic_families import (
    CLAUDE_3,
    CLAUDE_3_5,
    FOREIGN,
    GENERATION_4_5,
    NEWER,
    OPUS_4_7,
    family_of,
    refine,
)
from tapster.dialects.anthropic_messages import AnthropicMessages

BEGUN = (*HELLO, Message(role="assistant", parts=(Text("Once"),), prefix=True))


def refined(model, messages=HELLO, extra=None, tool_choice=None, **settings):
    settings.setdefault("max_tokens", 8000)
    request = ChatRequest(
        model=model,
        messages=messages,
        settings=Settings(**settings),
        tools=(WEATHER,),
        tool_choice=tool_choice,
        extra=extra or {},
    )
    request, notices = refine(request)
    return request, [notice.field for notice in notices]


def body_of(model, **settings):
    return AnthropicMessages().encode(refined(model, **settings)[0]).body


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("claude-haiku-4-5-20251001", GENERATION_4_5),
        ("claude-sonnet-4-5@20250929", GENERATION_4_5),
        ("anthropic/claude-sonnet-4.5", GENERATION_4_5),
        ("us.anthropic.claude-opus-4-7-v1:0", OPUS_4_7),
        ("claude-3-5-haiku-20241022", CLAUDE_3_5),
        ("claude-3-opus-20240229", CLAUDE_3),
        ("claude-instant-1.2", CLAUDE_3),
        ("claude-2.1", CLAUDE_3),
        ("claude-opus-9", NEWER),
        ("claude-saga-6-1", NEWER),
        ("claude-next", NEWER),
        ("glm-4.6", FOREIGN),
    ],
)
def test_a_model_is_known_by_its_name_in_any_spelling(model, family):
    assert family_of(model) is family


@pytest.mark.parametrize("model", ["claude-opus-4-7", "claude-opus-5-5", "claude-opus-9"])
def test_newer_models_get_no_samplers(model):
    request, told = refined(model, temperature=0.7, top_p=0.9, top_k=5)

    assert (request.settings.temperature, request.settings.top_p) == (None, None)
    assert request.settings.top_k is None
    assert told == ["temperature", "top_p", "top_k"]


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [
        ({"temperature": 0.7, "top_p": 0.9}, {"temperature": 0.7, "top_p": None}),
        ({"temperature": 1, "top_p": 0.9}, {"temperature": None, "top_p": 0.9}),
        ({"temperature": 0.7, "top_p": 1}, {"temperature": 0.7, "top_p": None}),
    ],
)
def test_the_4_5_generation_gets_temperature_or_top_p(chosen, kept):
    request, told = refined("claude-sonnet-4-5", **chosen)

    assert {name: getattr(request.settings, name) for name in kept} == kept
    assert len(told) == 1


def test_4_6_gets_both_samplers_until_it_thinks():
    calm, told = refined("claude-sonnet-4-6", temperature=0.7, top_p=0.9)
    thinking, told_thinking = refined(
        "claude-sonnet-4-6", temperature=0.7, top_p=0.96, reasoning_effort="low"
    )

    assert (calm.settings.temperature, calm.settings.top_p, told) == (0.7, 0.9, [])
    assert (thinking.settings.temperature, thinking.settings.top_p) == (None, 0.96)
    assert told_thinking == ["temperature"]


def test_a_begun_answer_is_continued_where_the_model_can():
    request, told = refined("claude-haiku-4-5", BEGUN)

    assert request.messages == BEGUN
    assert told == []


@pytest.mark.parametrize(
    ("model", "settings"),
    [("claude-opus-4-6", {}), ("claude-haiku-4-5", {"reasoning_effort": "high"})],
)
def test_a_begun_answer_is_asked_for_in_words_where_the_model_cannot(model, settings):
    request, told = refined(model, BEGUN, **settings)

    assert request.messages[-2] == says("assistant", "Once")
    assert request.messages[-1].role == "user"
    assert told == ["prefix"]


def test_a_turn_the_provider_paused_goes_back_as_it_is():
    paused = Message(
        role="assistant", parts=(Opaque("anthropic-messages", {"type": "server_tool_use"}),)
    )

    request, told = refined("claude-opus-5-5", (*HELLO, paused))

    assert request.messages == (*HELLO, paused)
    assert told == []


def test_an_empty_beginning_is_no_beginning():
    request, told = refined("claude-opus-4-6", (*HELLO, says("assistant", " ")))

    assert request.messages == HELLO
    assert told == []


@pytest.mark.parametrize("choice", [ToolChoice("required"), ToolChoice("tool", "get_weather")])
def test_a_tool_is_forced_only_where_it_can_be(choice):
    free, told = refined("claude-opus-5-5", tool_choice=choice)
    forced, _ = refined("claude-opus-4-8", tool_choice=choice, reasoning_effort="low")
    thinking, told_thinking = refined(
        "claude-haiku-4-5", tool_choice=choice, reasoning_effort="low"
    )

    assert (free.tool_choice, told) == (ToolChoice("auto"), ["tool_choice"])
    assert forced.tool_choice == choice
    assert (thinking.tool_choice, told_thinking) == (ToolChoice("auto"), ["tool_choice"])


def test_effort_becomes_what_the_family_understands():
    budget = body_of("claude-haiku-4-5", reasoning_effort="medium")
    adaptive = body_of("claude-opus-4-8", reasoning_effort="xhigh")

    assert budget["thinking"] == {"type": "enabled", "budget_tokens": 4000}
    assert "output_config" not in budget
    assert adaptive["thinking"] == {"type": "adaptive"}
    assert adaptive["output_config"] == {"effort": "xhigh"}


@pytest.mark.parametrize(
    ("model", "thinking", "effort", "told"),
    [
        ("claude-haiku-4-5", None, None, []),
        ("claude-opus-4-8", None, None, []),
        ("claude-sonnet-5", {"type": "disabled"}, None, []),
        ("claude-fable-5", {"type": "adaptive"}, "low", ["reasoning_effort"]),
        ("claude-sonnet-5-5", {"type": "adaptive"}, "low", ["reasoning_effort"]),
    ],
)
def test_no_thinking_is_asked_for_as_each_model_wants_it(model, thinking, effort, told):
    request, fields = refined(model, reasoning_effort="none")
    body = AnthropicMessages().encode(request).body

    assert body.get("thinking") == thinking
    assert body.get("output_config", {}).get("effort") == effort
    assert fields == told


def test_a_budget_stays_a_budget_only_where_there_are_budgets():
    old, told_old = refined("claude-haiku-4-5", reasoning_tokens=2000)
    new, told_new = refined("claude-opus-5-5", reasoning_tokens=2000)

    assert (old.settings.reasoning_tokens, told_old) == (2000, [])
    assert (new.settings.reasoning_tokens, new.settings.reasoning_effort) == (None, "high")
    assert told_new == ["reasoning_tokens"]


def test_an_answer_too_short_to_think_in_is_not_thought_about():
    request, told = refined("claude-haiku-4-5", max_tokens=300, reasoning_effort="high")

    assert request.settings.reasoning_effort is None
    assert told == ["reasoning_effort"]


def test_thinking_is_shown_where_it_hides_and_was_asked_for():
    shown = body_of("claude-opus-5-5", show_reasoning=True)
    calm = body_of("claude-opus-4-8", show_reasoning=True)

    assert shown["thinking"] == {"type": "adaptive", "display": "summarized"}
    assert "thinking" not in calm


@pytest.mark.parametrize(
    ("model", "given", "sent"),
    [
        ("claude-opus-5-5", {"type": "enabled", "budget_tokens": 2000}, {"type": "adaptive"}),
        ("claude-opus-5-5", {"type": "disabled"}, {"type": "adaptive"}),
        ("claude-opus-4-8", {"type": "disabled"}, None),
        ("claude-haiku-4-5", {"type": "adaptive"}, {"type": "enabled", "budget_tokens": 6400}),
        ("claude-3-5-haiku-20241022", {"type": "adaptive"}, None),
    ],
)
def test_thinking_given_as_it_stands_is_bent_to_what_the_model_knows(model, given, sent):
    request, told = refined(model, extra={"thinking": given})

    assert request.extra.get("thinking") == sent
    assert told == ["thinking"]


def test_the_length_is_the_models_own_where_none_was_chosen():
    request, told = refined("claude-opus-4-8", max_tokens=None)

    assert request.settings.max_tokens == 128_000
    assert told == ["max_tokens"]


def test_a_model_of_somebody_else_is_left_alone():
    request, told = refined("glm-4.6", BEGUN, temperature=0.5, top_p=0.5, max_tokens=None)

    assert request.settings.temperature == 0.5
    assert request.messages == BEGUN
    assert told == []


@pytest.mark.parametrize("kind", [["enabled"], {"enabled": 1}])
def test_a_kind_of_thinking_that_is_no_word_is_left_to_the_provider_to_refuse(kind):
    request, told = refined("claude-sonnet-4-5", extra={"thinking": {"type": kind}})

    assert request.extra["thinking"] == {"type": kind}
    assert told == []
