"""The settings offered for a model: what goes out, what is refused, how far each may be turned."""

import time

import pytest
from msgspec import structs

from tapster.app.offered_settings import offered_settings
from tapster.core.links import Link
from tapster.core.messages import says
from tapster.core.models import Model
from tapster.core.requests import ChatRequest, Settings
from tapster.core.settings import SETTINGS
from tapster.sources import all_sources, find_source
from tapsters import add

SOURCES = list(all_sources().values())
MODELS = [
    (source, model)
    for source in SOURCES
    for model in (*source.catalogue[:4], Model(id="someone/unheard-of"))
]


def link_of(source, **more):
    endpoint = source.base_url or "http://127.0.0.1:9/v1"
    return Link(transport=None, endpoint=endpoint, **more)


def offered(source_id, model, facts=None, **more):
    source = find_source(source_id)
    facts = facts or Model(id=model)
    return {each.name: each for each in offered_settings(source, link_of(source, **more), facts)}


def value_at(body, path):
    for name in path.split("."):
        body = body[name]
    return body


@pytest.mark.parametrize(
    ("source", "model", "name", "wire"),
    [
        ("openai", "gpt-4o", "max_tokens", "max_tokens"),
        ("openai", "gpt-5", "max_tokens", "max_completion_tokens"),
        ("google", "gemini-2.5-flash", "top_p", "generationConfig.topP"),
        (
            "google",
            "gemini-2.5-flash",
            "reasoning_tokens",
            "generationConfig.thinkingConfig.thinkingBudget",
        ),
        ("google", "gemini-3.7-flash", "top_logprobs", "generationConfig.logprobs"),
        ("claude", "claude-opus-4-6", "stop", "stop_sequences"),
        ("claude", "claude-opus-5-5", "reasoning_effort", "output_config.effort"),
        ("claude", "claude-opus-4-5", "reasoning_effort", "thinking"),
        ("openrouter", "a/b", "show_reasoning", "reasoning.exclude"),
        ("openrouter", "a/b", "logit_bias", "logit_bias"),
        ("ollama", "llama", "repetition_penalty", "options.repeat_penalty"),
        ("mistral", "mistral-large-latest", "seed", "random_seed"),
        ("cohere", "command-a-03-2025", "top_k", "k"),
    ],
)
def test_a_setting_has_the_name_it_goes_out_under(source, model, name, wire):
    assert offered(source, model)[name].wire == wire


@pytest.mark.parametrize(("source", "model"), MODELS, ids=lambda each: each.id)
def test_every_offered_setting_arrives_where_it_is_said_to_or_says_why_not(source, model):
    link = link_of(source)
    bare = ChatRequest(model=model.id, messages=(says("user", "Hi"),))
    values = {"max_tokens": 2051, "temperature": 0.7, "seed": 4711, "top_k": 7}

    for each in offered_settings(source, link, structs.replace(model, settings=None)):
        assert (each.wire is None) == (each.refused is not None), each
        if each.refused is None and each.name in values:
            value = values[each.name]
            request = structs.replace(bare, settings=Settings(**{each.name: value}))
            assert value_at(source.encoded(request, link).body, each.wire) == value


@pytest.mark.parametrize(("source", "model"), MODELS, ids=lambda each: each.id)
def test_words_that_are_sent_as_another_are_not_offered(source, model):
    link = link_of(source)

    for each in offered_settings(source, link, model):
        bodies = []
        for word in each.choices if each.refused is None else ():
            request = ChatRequest(
                model=model.id,
                messages=(says("user", "Hi"),),
                settings=Settings(**{each.name: word}),
            )
            encoded = source.encoded(request, link)
            bodies.append((encoded.body, any(n.field == each.name for n in encoded.notices)))
        told = [body for body, noticed in bodies if noticed]
        plain = [body for body, noticed in bodies if not noticed]
        assert not [body for body in told if body in plain]
        assert len(told) == len({str(body) for body in told})


def test_what_the_model_refuses_is_kept_with_the_reason():
    temperature = offered("claude", "claude-opus-5-5")["temperature"]

    assert temperature.wire is None
    assert temperature.refused == "“Temperature” was not sent: claude-opus-5-5 refuses it."


def test_what_the_source_has_no_field_for_is_left_out():
    assert "top_a" not in offered("claude", "claude-opus-4-6")
    assert "verbosity" not in offered("local", "smol")
    assert not set(offered("google", "gemini-2.5-pro")) & {"min_p", "logit_bias", "verbosity"}


def test_another_api_of_the_source_takes_what_that_takes():
    chat = offered("openai", "gpt-4o", options={"api": "chat"})
    responses = offered("openai", "gpt-4o", options={"api": "responses"})

    assert "stop" in chat
    assert "stop" not in responses
    assert responses["max_tokens"].wire == "max_output_tokens"


@pytest.mark.parametrize(
    ("source", "model", "name", "low", "high"),
    [
        ("claude", "claude-opus-4-6", "temperature", 0, 1),
        ("claude", "claude-opus-4-5", "max_tokens", 1, 64_000),
        ("claude", "claude-opus-4-5", "reasoning_tokens", 1024, 63_999),
        ("vertex", "claude-opus-4-6", "temperature", 0, 1),
        ("vertex", "gemini-2.5-pro", "temperature", 0, 2),
        ("google", "gemini-2.5-pro", "reasoning_tokens", 128, 32_768),
        ("google", "gemini-2.5-flash", "reasoning_tokens", 0, 24_576),
        ("google", "gemini-2.5-flash", "n", 1, 8),
        ("openai", "gpt-4o", "temperature", 0, 2),
    ],
)
def test_a_range_is_the_models_own(source, model, name, low, high):
    setting = offered(source, model)[name]

    assert (setting.low, setting.high) == (low, high)


def test_the_longest_answer_is_what_the_provider_says_of_the_model():
    facts = Model(id="a/b", max_output=777)

    assert offered("openrouter", "a/b", facts)["max_tokens"].high == 777


def test_what_the_provider_does_not_name_for_the_model_is_marked():
    facts = Model(id="a/b", settings=("temperature", "max_tokens"))

    settings = offered("openrouter", "a/b", facts)

    assert settings["temperature"].refused is None
    assert "does not name “Top K” among what a/b takes" in settings["top_k"].refused


def test_words_the_model_does_not_know_are_no_choices():
    assert offered("google", "gemini-3.7-flash")["reasoning_effort"].choices == (
        "low",
        "medium",
        "high",
    )
    assert "none" not in offered("claude", "claude-fable-5")["reasoning_effort"].choices
    every = SETTINGS["reasoning_effort"].choices
    assert offered("openrouter", "a/b")["reasoning_effort"].choices == every


@pytest.mark.parametrize(
    "shape", [{"exclude_body": ("top_p",)}, {"include_body": {"top_p": 0.3}}], ids=str
)
def test_what_the_connection_decides_itself_is_said(shape):
    setting = offered("openai", "gpt-4o", **shape)["top_p"]

    assert setting.wire == "top_p"
    assert "the connection itself sets “top_p” or leaves it out" in setting.refused


def test_the_list_is_made_in_no_time():
    source = find_source("google")
    offered("google", "gemini-2.5-pro")

    began = time.process_time()
    for _ in range(10):
        offered_settings(source, link_of(source), Model(id="gemini-2.5-pro"))

    assert (time.process_time() - began) / 10 < 0.02


async def test_without_a_model_the_connections_own_counts(tapster):
    own = await add(tapster, "claude", None, model="claude-opus-5-5")

    usual = {each.name: each for each in await tapster.connections.settings(own)}
    other = {each.name: each for each in await tapster.connections.settings(own, "claude-opus-4-6")}

    assert usual["temperature"].refused
    assert other["temperature"].refused is None


async def test_where_no_model_is_known_nobody_is_asked(tapster):
    silent = await add(tapster, "custom", "http://127.0.0.1:9/v1")

    settings = await tapster.connections.settings(silent)

    assert {"temperature", "top_k"} <= {each.name for each in settings}
