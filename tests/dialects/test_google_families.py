"""What each family of Google's models takes, and that every change is told."""

import pytest

from tapster.core.messages import Message, Text, says
from tapster.core.requests import ChatRequest, Settings
from tapster.dialects.google_families import CONTINUE, family_of, refine, thinking_config

HELLO = says("user", "Hello")


def refined(model, *messages, vertex=False, **settings):
    request = ChatRequest(model=model, messages=messages or (HELLO,), settings=Settings(**settings))
    return refine(request, vertex=vertex)


@pytest.mark.parametrize(
    ("model", "bare", "thinking", "signs"),
    [
        ("gemini-1.5-pro", False, None, False),
        ("gemini-2.0-flash", False, None, False),
        ("gemini-2.5-pro", False, "budget", False),
        ("models/gemini-2.5-flash-lite-preview-09-2025", False, "budget", False),
        ("gemini-2.5-flash-image", False, None, False),
        ("gemini-2.5-flash-preview-tts", False, None, False),
        ("gemini-3-pro-preview", False, "level", True),
        ("gemini-3.5-flash", False, "level", True),
        ("gemini-3.5-flash-lite", True, "level", True),
        ("google/gemini-3.8-flash", True, "level", True),
        ("gemini-4-argon", True, "level", True),
        ("gemini-flash-latest", True, "level", True),
        ("gemma-3-27b-it", False, None, False),
        ("something-else", False, None, False),
    ],
)
def test_a_models_family_is_told_by_its_id(model, bare, thinking, signs):
    family = family_of(model)

    assert (family.bare, family.thinking, family.signs) == (bare, thinking, signs)


def test_a_request_its_model_takes_as_it_is_stays_as_it_is():
    settings = {"temperature": 0.7, "top_p": 0.9, "top_k": 40, "reasoning_effort": "low"}
    request = ChatRequest("gemini-2.5-flash", (HELLO,), settings=Settings(**settings))

    assert refine(request) == (request, ())


@pytest.mark.parametrize("model", ["gemini-3.6-flash", "gemini-3.5-flash-lite", "gemini-4-argon"])
def test_the_newest_models_take_no_samplers_and_each_one_left_out_is_told(model):
    request, notices = refined(model, temperature=0.7, top_p=0.9, top_k=40, max_tokens=9)

    assert request.settings == Settings(max_tokens=9)
    assert [notice.field for notice in notices] == ["temperature", "top_p", "top_k"]
    assert all(model in notice.text for notice in notices)


@pytest.mark.parametrize(("vertex", "sent"), [(False, None), (True, 0.5)])
def test_a_presence_penalty_on_2_5_goes_to_vertex_only(vertex, sent):
    request, notices = refined("gemini-2.5-flash", vertex=vertex, presence_penalty=0.5)

    assert request.settings.presence_penalty == sent
    assert len(notices) == (sent is None)


def test_one_answer_at_a_time_from_gemini_3_on():
    old, none_told = refined("gemini-2.5-flash", n=2)
    new, told = refined("gemini-3-pro-preview", n=2)
    one, one_told = refined("gemini-3-pro-preview", n=1)

    assert (old.settings.n, none_told) == (2, ())
    assert (new.settings.n, [notice.field for notice in told]) == (None, ["n"])
    assert (one.settings.n, one_told) == (1, ())


def test_a_started_answer_is_continued_in_words_where_it_cannot_be_continued():
    started = says("assistant", "Once upon")

    old, none_told = refined("gemini-3-pro-preview", HELLO, started)
    new, told = refined("gemini-3.6-flash", HELLO, started)

    assert (old.messages, none_told) == ((HELLO, started), ())
    assert new.messages == (HELLO, started, says("user", CONTINUE))
    assert [notice.field for notice in told] == ["messages"]


def test_gemma_up_to_3_hears_the_system_prompt_from_the_user():
    system = (says("system", "Be brief."), says("system", "Be kind."))

    old, told = refined("gemma-3-27b-it", *system, HELLO)
    alone, _ = refined("gemma-3-27b-it", *system, says("assistant", "Hi"))
    new, none_told = refined("gemma-4-31b-it", *system, HELLO)

    assert old.messages == (Message("user", (Text("Be brief.\n\nBe kind.\n\n"), Text("Hello"))),)
    assert len(told) == 1
    assert alone.messages == (says("user", "Be brief.\n\nBe kind."), says("assistant", "Hi"))
    assert (new.messages, none_told) == ((*system, HELLO), ())


@pytest.mark.parametrize(
    ("model", "chosen", "config"),
    [
        ("gemini-2.0-flash", {}, {}),
        ("gemini-2.0-flash", {"show_reasoning": True}, {"includeThoughts": True}),
        ("gemini-2.5-flash", {}, {"includeThoughts": True}),
        ("gemini-2.5-flash", {"show_reasoning": False}, {}),
        ("gemini-2.5-flash", {"reasoning_effort": "none"}, {"thinkingBudget": 0}),
        (
            "gemini-2.5-flash",
            {"reasoning_effort": "low"},
            {"thinkingBudget": 1024, "includeThoughts": True},
        ),
        (
            "gemini-2.5-pro",
            {"reasoning_effort": "max"},
            {"thinkingBudget": 32768, "includeThoughts": True},
        ),
        (
            "gemini-2.5-pro",
            {"reasoning_tokens": -1},
            {"thinkingBudget": -1, "includeThoughts": True},
        ),
        (
            "gemini-3-pro-preview",
            {"reasoning_effort": "high"},
            {"thinkingLevel": "HIGH", "includeThoughts": True},
        ),
        ("gemini-3-pro-image-preview", {}, {"includeThoughts": True}),
        ("gemini-2.5-flash-image", {}, {}),
        ("gemma-3-27b-it", {}, {}),
    ],
)
def test_thinking_is_asked_for_in_the_familys_own_terms(model, chosen, config):
    assert thinking_config(model, Settings(**chosen)) == config


@pytest.mark.parametrize(
    ("model", "effort", "sent"),
    [
        ("gemini-3-flash-preview", "minimal", "minimal"),
        ("gemini-3-flash-preview", "none", "minimal"),
        ("gemini-3-pro-preview", "minimal", "low"),
        ("gemini-3.7-flash", "minimal", "low"),
        ("gemini-4-argon", "none", "low"),
        ("gemini-3.6-flash", "max", "high"),
        ("gemini-2.5-pro", "none", "minimal"),
        ("gemini-2.5-flash", "none", "none"),
        ("gemini-2.0-flash", "low", None),
        ("my-own-model", "low", "low"),
    ],
)
def test_an_effort_the_model_does_not_know_becomes_the_nearest_and_is_told(model, effort, sent):
    request, notices = refined(model, reasoning_effort=effort)

    assert request.settings.reasoning_effort == sent
    assert [notice.field for notice in notices] == ([] if sent == effort else ["reasoning_effort"])


def test_a_budget_wins_over_an_effort_and_gemini_4_takes_none():
    both, told = refined("gemini-3-pro-preview", reasoning_tokens=500, reasoning_effort="low")
    newest, told_newest = refined("gemini-4-argon", reasoning_tokens=500, reasoning_effort="low")

    assert both.settings == Settings(reasoning_tokens=500)
    assert [notice.field for notice in told] == ["reasoning_effort"]
    assert newest.settings == Settings(reasoning_effort="low")
    assert [notice.field for notice in told_newest] == ["reasoning_tokens"]
