"""Sources whose model lives in a browser: plain words, and no address that leads anywhere."""

import pytest

from scripted_transport import ScriptedTransport
from tapster.core.links import Link
from tapster.core.messages import Image, Message, Reasoning, Text, ToolCall, ToolResult, says
from tapster.core.requests import ChatRequest, Settings, Tool
from tapster.sources import all_sources

PAGES = [source for source in all_sources().values() if source.ability is not None]
every_page = pytest.mark.parametrize("source", PAGES, ids=lambda source: source.id)
LINK = Link(transport=ScriptedTransport())


def encoded(source, *messages, **more):
    return source.encoded(ChatRequest(model="default", messages=messages, **more), LINK)


def of(ability):
    return next(source for source in PAGES if source.ability == ability)


def test_there_is_one_for_each_ability():
    assert {source.ability for source in PAGES} == {"window.ai", "language-model"}


@every_page
def test_what_is_no_text_is_left_out_with_a_notice(source):
    sent = encoded(
        source,
        Message("user", (Text("Look:"), Image("data:image/png;base64,AA")), name="Ada"),
        Message("assistant", (Reasoning("Hm."), ToolCall("1", "look", "{}"))),
        Message("tool", (ToolResult("1", (Text("A cat"),), name="look"),)),
        Message("assistant", (Text("A cat."),)),
        says("user", "Thanks"),
        tools=(Tool("look"),),
    )

    assert sent.body["messages"] == [
        {"role": "user", "content": "Ada: Look:"},
        {"role": "user", "content": "A cat"},
        {"role": "assistant", "content": "A cat."},
        {"role": "user", "content": "Thanks"},
    ]
    assert "tools" not in sent.body
    told = " ".join(notice.text for notice in sent.notices)
    assert all(what in told for what in ("A picture", "A tool call", "“tools”"))


@every_page
def test_no_address_leads_out_of_the_browser(source):
    link = Link(transport=ScriptedTransport(), endpoint="http://127.0.0.1:9/v1")
    sent = source.encoded(ChatRequest(model="default", messages=(says("user", "Hi"),)), link)

    assert source.address(sent, link, None) == f"page://{source.ability}/chat/completions"


@every_page
async def test_it_lists_no_models_and_asks_nobody_for_them(source):
    assert await source.models(LINK) is None
    assert [model.id for model in source.catalogue] == ["default"]


def test_instructions_of_the_built_in_model_are_one_and_come_first():
    sent = encoded(
        of("language-model"),
        says("system", "Be kind."),
        says("developer", "Be brief."),
        says("user", "Hi"),
        says("system", "And now rhyme."),
        Message("assistant", (Text("Well"),), prefix=True),
    )

    assert sent.body["messages"] == [
        {"role": "system", "content": "Be kind.\n\nBe brief."},
        {"role": "user", "content": "Hi"},
        {"role": "user", "content": "And now rhyme."},
        {"role": "assistant", "content": "Well", "prefix": True},
    ]
    assert any("instructions at the beginning only" in each.text for each in sent.notices)


def test_the_extension_takes_instructions_anywhere_and_no_begun_answer():
    messages = (says("user", "Hi"), says("system", "Rhyme."), says("assistant", "Well"))
    sent = encoded(of("window.ai"), *messages)
    begun = encoded(of("window.ai"), Message("assistant", (Text("Well"),), prefix=True))

    assert [each["role"] for each in sent.body["messages"]] == ["user", "system", "assistant"]
    assert [notice.field for notice in begun.notices] == ["prefix"]


@pytest.mark.parametrize(
    ("ability", "taken"),
    [
        ("window.ai", {"temperature", "max_tokens", "stop"}),
        ("language-model", {"temperature", "top_k", "json_schema"}),
    ],
)
def test_it_takes_what_it_has_a_field_for(ability, taken):
    assert {setting.name for setting in of(ability).settings()} == taken


def test_a_schema_binds_the_answer_of_the_built_in_model():
    schema = {"type": "object"}
    sent = encoded(of("language-model"), says("user", "Hi"), settings=Settings(json_schema=schema))

    assert sent.body["response_format"]["json_schema"]["schema"] == schema


def test_behind_the_extension_the_temperature_of_some_models_ends_at_one():
    request = ChatRequest(model="anthropic/claude-v1", messages=(says("user", "Hi"),))
    (cool, *_) = of("window.ai").settings_for(request, LINK)

    assert (cool.name, cool.high) == ("temperature", 1.0)
