"""Prompts counted by the server: seen as counted, and fitted by it near the limit."""

import asyncio

import pytest
from msgspec.structs import replace

from tapster.app import Draft
from tapster.app.measures import Measures
from tapster.core.chats import ChatFields
from tapster.core.messages import Image, Text, says
from tapster.core.models import Model
from tapster.core.people import ME
from tapster.core.requests import ChatRequest, Settings
from tapster.prompts import Estimate, Prompt
from tapster.prompts.report import Item, Report
from tapsters import QUICK, add, open_tapster
from writing import asked_of, chat_with, written

COUNT = "/textgen/v1/internal/token-count"
# About a hundred tokens by our estimate, four hundred letters.
LINE = "The rain has stopped over the old bridge, and somebody walks home. " * 6


async def connected(tapster, mock):
    made = await add(tapster, "textgen", f"{mock.url}/textgen", model="echo")
    await tapster.shelf.keep(made, (Model(id="echo", context=2_000),))
    return made


@pytest.fixture
async def here(tapster, mock):
    return await connected(tapster, mock)


def counts(mock):
    return [record.body["text"] for record in mock.requests if record.path == COUNT]


def answers(mock):
    return [each for each in mock.requests if each.path == "/textgen/v1/chat/completions"]


def letters_sent(mock):
    """Return how many letters the last prompt has, as the server lays it out."""
    turns = answers(mock)[-1].body["messages"]
    return sum(len(f"<{each['role']}>{each['content']}") for each in turns) + len("<assistant>")


def long_chat(here):
    lines = [f"{'ua'[number % 2]} {number} {LINE}" for number in range(31)]
    return chat_with(*lines, connection=here.id, settings=Settings(max_tokens=400))


async def test_what_is_looked_at_is_counted_by_the_server_once(tapster, mock, here):
    chat = await tapster.chats.create(ME, ChatFields(connection=here.id))

    first = await tapster.previews.of(ME, chat.id, said="Hello there")
    second = await tapster.previews.of(ME, chat.id, said="Hello there")

    assert counts(mock) == ["<user>Hello there<assistant>"]
    assert first.report.counted == second.report.counted == 7
    assert first.report.counting == "whole"


async def test_an_answer_far_from_the_limit_asks_for_no_count(tapster, mock, here):
    chat, history = chat_with("u Hello", connection=here.id)

    await written(tapster, asked_of(chat, history))

    assert not counts(mock)


@pytest.mark.parametrize("letters", [1, 2, 3, 7])
async def test_near_the_limit_the_servers_count_says_what_fits(tapster, mock, here, letters):
    mock.vendor("textgen").letters_per_token = letters
    chat, history = long_chat(here)

    await written(tapster, asked_of(chat, history))

    taken = letters_sent(mock) / letters
    # One message more would not fit, or nearly not.
    assert 1_600 - 1.2 * len(LINE) / letters - 40 <= taken <= 1_600
    assert 1 <= len(counts(mock)) <= 2


async def test_what_was_learned_spares_the_next_answer_a_second_count(tapster, mock, here):
    mock.vendor("textgen").letters_per_token = 2
    chat, history = long_chat(here)
    await written(tapster, asked_of(chat, history))
    before = len(counts(mock))
    longer = chat_with(
        *[f"{'ua'[number % 2]} again {number} {LINE}" for number in range(31)],
        connection=here.id,
        settings=Settings(max_tokens=400),
    )

    await written(tapster, asked_of(*longer))

    assert len(counts(mock)) == before + 1


async def test_what_two_prompts_tell_of_the_same_estimate_is_not_added_up(tapster, mock, here):
    mock.vendor("textgen").letters_per_token = 2
    partner = await tapster.partners.of(chat_with("u Hi", connection=here.id)[0])
    measures = Measures(tapster.relay, Estimate())
    count = measures.counter_for(partner)

    for times in (10, 11):
        text = LINE * times
        request = ChatRequest(model="echo", messages=(says("user", text),))
        items = (Item("history", "user", count(text)),)
        report = Report(items=items, total=count(text), budget=8_000, context=10_000, reply=1)
        prompt = Prompt(request.messages, report)
        until = asyncio.get_running_loop().time() + 10
        await measures.measure(partner, prompt, request, count=count, until=until)

    learned = measures.counter_for(partner)
    assert learned(text) == pytest.approx(len(text) / 2, rel=0.05)


async def test_a_server_slow_to_count_holds_no_answer_up(tmp_path, mock):
    mock.vendor("textgen").counts_after = float("inf")
    async with open_tapster(tmp_path, patience=replace(QUICK, count=1.0)) as tapster:
        here = await connected(tapster, mock)

        async with asyncio.timeout(20):
            await written(tapster, asked_of(*long_chat(here)))
            # It is left alone for a while.
            await written(tapster, asked_of(*long_chat(here)))

    assert len(counts(mock)) == 1
    assert [record.status for record in answers(mock)] == [200, 200]


async def test_a_server_that_fails_to_count_leaves_the_estimate(tapster, mock, here):
    mock.vendor("textgen").letters_per_token = 0
    chat = await tapster.chats.create(ME, ChatFields(connection=here.id))

    preview = await tapster.previews.of(ME, chat.id, said="Hello there")

    assert preview.report.counted is None
    assert preview.report.estimated
    assert preview.report.total > 0


async def test_nobody_is_asked_where_the_key_is_for_another_address(tapster, mock, here):
    await tapster.connections.edit(
        "here", Draft(endpoint=f"{mock.url}/textgen".replace("127.0.0.1", "localhost"))
    )
    chat = await tapster.chats.create(ME, ChatFields(connection=here.id))

    preview = await tapster.previews.of(ME, chat.id, said="Hello there")

    assert preview.report.counted is None
    assert not mock.requests


async def test_pictures_are_not_counted_by_the_words_beside_them(tapster, mock, here):
    shown = (Text("Look"), Image("data:image/png;base64,iVBORw0KGgo="))
    chat, history = chat_with(("u", shown), connection=here.id)

    preview = await tapster.writer.preview(chat, history)

    assert not counts(mock)
    assert preview.report.counted is None


async def test_nobody_is_asked_where_the_provider_is_no_such_server(tapster, mock):
    made = await add(tapster, "openai", f"{mock.url}/openai/v1", model="echo")
    chat = await tapster.chats.create(ME, ChatFields(connection=made.id))

    preview = await tapster.previews.of(ME, chat.id, said="Hello there")

    assert preview.report.counted is None
    assert not [record for record in mock.requests if record.method == "POST"]


async def test_koboldcpp_counts_the_words(tapster, mock):
    made = await add(tapster, "koboldcpp", f"{mock.url}/koboldcpp", model="echo")
    chat = await tapster.chats.create(ME, ChatFields(connection=made.id))

    preview = await tapster.previews.of(ME, chat.id, said="Hello there")

    (asked,) = [each for each in mock.requests if each.path.endswith("/tokencount")]
    assert asked.body == {"prompt": "Hello there"}
    assert preview.report.counting == "words"
    assert preview.report.counted == 3 + 4
