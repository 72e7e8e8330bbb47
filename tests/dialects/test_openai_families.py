"""Which parameters OpenAI's model families refuse."""

import pytest

from tapster.core.messages import says
from tapster.core.requests import ChatRequest, Settings, Tool
from tapster.dialects.openai_families import max_tokens_field, refine, wants_responses

HELLO = (says("user", "Hi"),)
EVERYTHING = Settings(
    temperature=0.7,
    top_p=0.9,
    frequency_penalty=1,
    presence_penalty=1,
    max_tokens=9,
    stop=("x",),
    seed=1,
    logprobs=True,
    top_logprobs=2,
    logit_bias={"1": 1},
)
SAMPLERS = {"temperature", "top_p", "logprobs", "top_logprobs"}
PENALTIES = {"frequency_penalty", "presence_penalty", "logit_bias"}


def refused(model, settings=EVERYTHING):
    """Return what is taken out for `model`, having checked that each is noticed and no other."""
    request, notices = refine(ChatRequest(model, HELLO, settings))
    gone = {
        name
        for name in Settings.__struct_fields__
        if getattr(request.settings, name) != getattr(settings, name)
    }
    assert {notice.field for notice in notices} == gone
    assert all("not sent" in notice.text for notice in notices)
    return gone


def with_effort(effort):
    return Settings(temperature=0.7, top_p=0.9, reasoning_effort=effort)


@pytest.mark.parametrize(
    ("model", "gone"),
    [
        ("gpt-4o", set()),
        ("gpt-4.1-mini", set()),
        ("my-own-model", set()),
        ("gpt-5-chat-latest", set()),
        ("o1", SAMPLERS | PENALTIES),
        ("o3", SAMPLERS | PENALTIES | {"stop"}),
        ("o4-mini-2025-04-16", SAMPLERS | PENALTIES | {"stop"}),
        ("gpt-5", SAMPLERS | PENALTIES | {"stop"}),
        ("gpt-5-mini-2025-08-07", SAMPLERS | PENALTIES | {"stop"}),
        ("gpt-5.2", PENALTIES | {"stop"}),
        ("gpt-5.4-mini", PENALTIES | {"stop"}),
        ("gpt-5.5", SAMPLERS | PENALTIES | {"stop"}),
        ("gpt-5.6-sol", SAMPLERS | PENALTIES | {"stop"}),
        ("gpt-5.2-pro", SAMPLERS | PENALTIES | {"stop"}),
        ("gpt-6-sol", SAMPLERS | PENALTIES | {"stop"}),
        ("gpt-6.2-astra", SAMPLERS | PENALTIES | {"stop"}),
        ("openai/gpt-6-sol", SAMPLERS | PENALTIES | {"stop"}),
    ],
)
def test_a_family_refuses_what_it_refuses_and_nothing_else(model, gone):
    assert refused(model) == gone


@pytest.mark.parametrize(
    ("model", "effort", "gone"),
    [
        ("gpt-5.2", None, set()),
        ("gpt-5.2", "none", set()),
        ("gpt-5.2", "low", {"temperature", "top_p"}),
        ("gpt-5.5", None, {"temperature", "top_p"}),
        ("gpt-5.5", "none", set()),
        ("gpt-6-sol", "none", {"temperature", "top_p"}),
    ],
)
def test_samplers_are_taken_where_the_model_does_not_think(model, effort, gone):
    assert refused(model, with_effort(effort)) == gone


def test_a_temperature_of_one_is_not_refused():
    assert refused("gpt-5", Settings(temperature=1)) == set()


def test_the_notice_of_stop_strings_says_they_were_not_sent():
    _, [notice] = refine(ChatRequest("gpt-6-sol", HELLO, Settings(stop=("x",))))

    assert "“Stop strings” was not sent" in notice.text


@pytest.mark.parametrize(
    ("model", "field"),
    [
        ("gpt-4o", "max_tokens"),
        ("gpt-4.1", "max_tokens"),
        ("my-model", "max_tokens"),
        ("o3", "max_completion_tokens"),
        ("gpt-5", "max_completion_tokens"),
        ("gpt-5.2", "max_completion_tokens"),
        ("gpt-6-sol", "max_completion_tokens"),
        ("ft:gpt-6-sol:me", "max_completion_tokens"),
        ("gpt-55", "max_tokens"),
    ],
)
def test_the_limit_has_the_families_name(model, field):
    assert max_tokens_field(model) == field


@pytest.mark.parametrize(
    ("model", "tools", "effort", "wanted"),
    [
        ("gpt-5.2-pro", (), None, True),
        ("gpt-5.1-codex-max", (), None, True),
        ("o3-pro", (), None, True),
        ("gpt-6-sol", (), "high", False),
        ("gpt-6-sol", (Tool("f"),), None, True),
        ("gpt-5.4", (Tool("f"),), "low", True),
        ("gpt-5.4", (Tool("f"),), "none", False),
        ("gpt-5.2", (Tool("f"),), "low", False),
        ("gpt-4o", (Tool("f"),), None, False),
    ],
)
def test_what_only_the_responses_api_answers_is_known(model, tools, effort, wanted):
    request = ChatRequest(model, HELLO, Settings(reasoning_effort=effort), tools=tools)

    assert wants_responses(request) is wanted
