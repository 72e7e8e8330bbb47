"""Local servers at real sockets: what reaches them, what they refuse, what a person is told."""

import pytest

from mock_provider.vendors.kobold import KoboldCpp
from mock_provider.vendors.local_servers import LOCAL_SERVERS, TabbyAPI
from tapster.core.checks import State
from tapster.core.errors import SourceError
from tapster.core.events import Noticed
from tapster.core.messages import Message, Text, says
from tapster.core.requests import ChatRequest, ResponseFormat, Settings
from tapster.core.settings import SETTINGS
from tapster.sources import find_source
from tapsters import add, text_of

SERVERS = {vendor.name: vendor for vendor in (*LOCAL_SERVERS, KoboldCpp)}
every_server = pytest.mark.parametrize("server", SERVERS)
# A value of each kind that is not the neutral one of any setting.
OF_KIND = {
    "integer": 2, "text": "a+", "code": "root ::= [a-z]+", "list": ("x",), "ids": (13, 27),
    "map": {"15": -1.0}, "switch": True, "choice": "low", "json": {"type": "object"},
}  # fmt: skip


def value_of(setting):
    if setting.kind != "number":
        return OF_KIND[setting.kind]
    low = setting.low or 0.0
    return low + ((setting.high or 1.0) - low) * 0.375


def asking(settings, model="echo", **more):
    return ChatRequest(model=model, messages=(says("user", "Hi there"),), settings=settings, **more)


async def asked(tapster, request):
    return [event async for event in tapster.stream("here", request)]


async def connected(tapster, mock, server, **more):
    model = SERVERS[server].models[0]
    return await add(tapster, server, f"{mock.url}/{server}", model=model, **more)


@every_server
async def test_the_server_is_ready_and_lists_what_it_has(tapster, mock, server):
    await connected(tapster, mock, server)

    check = await tapster.connections.check("here")

    assert check.state is State.READY
    assert SERVERS[server].models[0] in {
        model.id for model in await tapster.connections.models("here")
    }


@every_server
async def test_a_wrong_key_is_told(tapster, mock, server):
    await connected(tapster, mock, server, key="sk-wrong-0123456789")

    check = await tapster.connections.check("here")

    assert check.state is State.KEY_REFUSED


@every_server
async def test_every_setting_reaches_a_field_the_server_has(tapster, mock, server):
    await connected(tapster, mock, server)
    taken = {setting.name: setting for setting in find_source(server).settings()}

    # Several answers are asked for one by one where a server gives one at a time.
    for name, setting in (SETTINGS | taken).items():
        beside = {"logprobs": True} if name == "top_logprobs" and name in taken else {}
        events = await asked(tapster, asking(Settings(**{name: value_of(setting)}, **beside)))

        assert text_of(events), name
        assert not SERVERS[server].passed_over(mock.last.body), name
        told = [event.field for event in events if isinstance(event, Noticed)]
        assert told == ([] if name in {*taken, "n"} else [name])


@pytest.mark.parametrize(
    ("server", "settings", "words"),
    [
        ("tabbyapi", Settings(frequency_penalty=-0.5), "greater than or equal to 0"),
        ("tabbyapi", Settings(presence_penalty=-0.5), "greater than or equal to 0"),
        ("tabbyapi", Settings(temperature=11.0), "less than or equal to 10"),
        ("tabbyapi", Settings(repetition_penalty=0.0), "greater than 0"),
        ("aphrodite", Settings(mirostat_mode=1), "Only Mirostat v2"),
        ("aphrodite", Settings(grammar="g", regex="r"), "only use one kind"),
        ("aphrodite", Settings(smoothing_curve=0.5), "smoothing_curve"),
    ],
)
async def test_what_the_server_refuses_is_told_in_its_words(tapster, mock, server, settings, words):
    await connected(tapster, mock, server)

    with pytest.raises(SourceError, match=words):
        await asked(tapster, asking(settings))


@every_server
async def test_a_begun_answer_is_continued(tapster, mock, server):
    await connected(tapster, mock, server)
    begun = Message("assistant", (Text("Well"),), prefix=True)

    await asked(tapster, ChatRequest(model="echo", messages=(says("user", "Hi there"), begun)))

    assert mock.last.status == 200
    assert not SERVERS[server].passed_over(mock.last.body)


async def test_tabby_gives_the_json_that_was_asked_for(tapster, mock):
    await connected(tapster, mock, "tabbyapi")
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}

    any_json = await asked(
        tapster, asking(Settings(), response_format=ResponseFormat("json_object"))
    )
    by_schema = await asked(
        tapster, asking(Settings(), response_format=ResponseFormat("json_schema", schema=schema))
    )
    by_setting = await asked(tapster, asking(Settings(json_schema=schema)))

    assert text_of(any_json).startswith("{")
    assert text_of(by_schema) == text_of(by_setting) == '{"city":"mock"}'


async def test_what_tabby_ignores_never_reaches_it(tapster, mock):
    await connected(tapster, mock, "tabbyapi")

    await asked(tapster, asking(Settings(mirostat_mode=2, tfs=0.9, min_p=0.1)))

    assert mock.last.body["min_p"] == 0.1
    assert not TabbyAPI.IGNORED & set(mock.last.body)
