"""Answers of kept chats, from what is said to what is kept, with everything joined."""

import json
from types import SimpleNamespace

import pytest

from callers import add_person, client_of, session_of, token_of
from databases import KINDS, database_of
from mock_provider import MockProvider, Reply
from tapster.app import Draft
from tapster.app.partners import Partners
from tapster.core.chats import ChatFields
from tapster.core.models import Model, Price
from tapster.core.people import ME
from tapster.core.requests import Settings
from tapster.core.run_events import RunFailed, RunFinished, RunText
from tapster.core.secrets import Secret
from tapster.server.application import make_application
from tapsters import add, config_in, open_tapster


@pytest.fixture(params=KINDS)
async def tapster(request, tmp_path):
    with database_of(request.param, tmp_path) as address:
        config = config_in(tmp_path, database_url=address)
        async with open_tapster(tmp_path, config=config) as tapster:
            await tapster.start_runs()
            yield tapster


@pytest.fixture
async def mock():
    async with MockProvider() as provider:
        yield provider


@pytest.fixture
async def chat(tapster, mock):
    here = await add(tapster, "openai", f"{mock.url}/openai/v1", model="echo")
    fields = ChatFields(connection=here.id, system="Be brief.", settings=Settings(max_tokens=99))
    return await tapster.chats.create(ME, fields)


async def heard(tapster, run):
    return [event async for event in tapster.runs.follow(ME, run.id)]


def words(events):
    return "".join(event.text for event in events if isinstance(event, RunText))


def asked(mock):
    """Return what the model was asked last."""
    record = [each for each in mock.requests if each.method == "POST"][-1]
    return [message["content"] for message in record.body["messages"]]


async def last(tapster, chat):
    return (await tapster.chats.windows.open(ME, chat.id)).messages[-1].message


async def test_an_answer_is_asked_for_shown_and_kept_with_how_it_came_to_be(tapster, mock, chat):
    said = await tapster.runs.say(ME, chat.id, "one")
    events = await heard(tapster, said.run)
    kept = await last(tapster, chat)

    assert words(events) == kept.text == "one"
    assert isinstance(events[-1], RunFinished)
    assert asked(mock) == ["Be brief.", "one"]
    assert (kept.reply.source, kept.reply.model) == ("openai", "echo")
    assert kept.reply.usage.output > 0


async def test_an_answer_says_how_long_was_thought_before_its_first_word(tapster, mock, chat):
    mock.script(Reply(reasoning="Hm. Well.", text="Yes.", pause=0.05))

    await heard(tapster, (await tapster.runs.say(ME, chat.id, "one")).run)

    reply = (await last(tapster, chat)).reply
    assert reply.began_at <= reply.first_token_at < reply.first_text_at <= reply.ended_at


async def test_a_swipe_is_asked_for_without_the_answer_it_stands_beside(tapster, mock, chat):
    await heard(tapster, (await tapster.runs.say(ME, chat.id, "one")).run)
    answer = await last(tapster, chat)

    await heard(tapster, await tapster.runs.swipe(ME, answer.id))

    assert asked(mock) == ["Be brief.", "one"]
    assert len(await tapster.chats.windows.swipes(ME, answer.id)) == 2


async def test_a_continued_answer_goes_out_as_it_stands_and_grows(tapster, mock, chat):
    await heard(tapster, (await tapster.runs.say(ME, chat.id, "one")).run)
    answer = await last(tapster, chat)

    run = await tapster.runs.continue_(ME, answer.id)
    more = words(await heard(tapster, run))

    assert asked(mock)[:3] == ["Be brief.", "one", "one"]
    assert (await last(tapster, chat)).text == f"one{more}"


async def test_quiet_and_impersonated_words_stay_out_of_the_chat(tapster, mock, chat):
    await heard(tapster, (await tapster.runs.say(ME, chat.id, "one")).run)
    before = await last(tapster, chat)

    quiet = await tapster.runs.quiet(ME, chat.id, "Name this chat.")
    told = words(await heard(tapster, quiet))
    other = await tapster.runs.impersonate(ME, chat.id)
    await heard(tapster, other)

    assert told == "Name this chat."
    assert "what the user says or does next" in asked(mock)[-1]
    assert (await last(tapster, chat)).id == before.id


async def test_a_hidden_message_is_not_sent(tapster, mock, chat):
    said = await tapster.runs.say(ME, chat.id, "one")
    await heard(tapster, said.run)
    await tapster.chats.tree.hide(ME, said.message.id)

    await heard(tapster, (await tapster.runs.say(ME, chat.id, "two")).run)

    assert asked(mock) == ["Be brief.", "one", "two"]


async def test_what_is_too_long_for_the_model_fails_with_the_way_out(tapster, mock, chat):
    small = ChatFields(model="gpt-4o", settings=Settings(max_tokens=127_990))
    await tapster.chats.configure(ME, chat.id, small)

    events = await heard(tapster, (await tapster.runs.say(ME, chat.id, "word " * 100)).run)

    assert isinstance(events[-1], RunFailed)
    assert "Shorten" in events[-1].error.message
    assert not [each for each in mock.requests if each.method == "POST"]


async def test_the_preview_of_a_kept_chat_is_what_its_run_sends(tapster, mock, chat):
    await heard(tapster, (await tapster.runs.say(ME, chat.id, "one")).run)

    preview = await tapster.previews.of(ME, chat.id, said="two")
    await heard(tapster, (await tapster.runs.say(ME, chat.id, "two")).run)

    record = [each for each in mock.requests if each.method == "POST"][-1]
    assert preview.request.body == record.body


async def test_a_connection_is_asked_for_its_models_by_the_hour_whatever_names_are_wished_for(
    tapster, mock
):
    here = await add(tapster, "custom", f"{mock.url}/compatible/v1", model="local-model")
    chat = await tapster.chats.create(ME)
    asked, now = [], [0.0]

    class Shelf:
        async def known(self, connection):
            return ()

        async def refresh_behind(self, connection):
            asked.append(connection.id)

    relay = SimpleNamespace(shelf=Shelf())
    partners = Partners(relay, tapster.connections, clock=lambda: now[0])
    for number in range(20):
        await partners.of(chat, connection=here.id, model=f"made up {number}")
    assert asked == [here.id]
    now[0] += 3600

    await partners.of(chat, connection=here.id, model="another")

    assert asked == [here.id] * 2
    assert len(partners._renewed) == 1


async def test_the_tries_that_failed_before_an_answer_are_kept_with_it(tapster, mock, chat):
    (key,) = await tapster.keys.of(await tapster.connections.find("here"))
    await tapster.keys.set("here", Secret("sk-wrong-CANARY-0009"))
    (_, wrong) = await tapster.keys.of(await tapster.connections.find("here"))
    await tapster.keys.put_first(wrong.id)

    await heard(tapster, (await tapster.runs.say(ME, chat.id, "one")).run)
    kept = await last(tapster, chat)

    (failed,) = kept.reply.attempts
    assert kept.text == "one"
    assert (failed.reason, failed.status, failed.key) == ("auth", 401, "…0009")
    assert failed.message
    assert "CANARY" not in failed.message
    assert failed.address is None
    assert key.last4 not in failed.message


# The second provider shows the end of a key it refuses in its own words.
@pytest.mark.parametrize(
    ("place", "reasons"),
    [("/compatible", {"auth", "not_found"}), ("/openai/v1", {"auth"})],
)
async def test_a_member_is_told_why_a_try_failed_and_never_the_end_of_a_key(
    tapster, mock, place, reasons
):
    await add_person(tapster, "Ada")  # the first one is an admin
    member = await add_person(tapster, "Bob")
    await add(tapster, "custom", f"{mock.url}{place}", "sk-good-CANARY-qrst", model="echo")
    await tapster.keys.set("here", Secret("sk-wrong-CANARY-zyxw"))
    (_, wrong) = await tapster.keys.of(await tapster.connections.find("here"))
    await tapster.keys.put_first(wrong.id)
    chat = await tapster.chats.create(member.id, ChatFields())
    application = make_application(tapster)

    said = await tapster.runs.say(member.id, chat.id, "one")
    async for _ in tapster.runs.follow(member.id, said.run.id):
        pass
    session = await session_of(tapster, "Bob")
    async with client_of(application, session=session) as http:
        shown = (await http.get(f"/api/chats/{chat.id}/messages")).text
        exported = (await http.get(f"/api/chats/{chat.id}/export")).text
        thought = (await http.post(f"/api/chats/{chat.id}/preview", json={"text": "two"})).text
    (answer,) = json.loads(shown)["messages"][-1:]

    tries = answer["reply"]["attempts"]
    assert answer["text"] == "one"
    assert {each["reason"] for each in tries} == reasons
    assert not any(each.get("key") or each.get("address") for each in tries), tries
    for told in (shown, exported, thought):
        assert "zyxw" not in told
        assert "qrst" not in told
    assert place not in shown


async def test_a_preview_shows_the_end_of_a_key_to_who_may_administer_it_alone(tapster, mock, chat):
    (key,) = await tapster.keys.of(await tapster.connections.find("here"))
    application = make_application(tapster)
    shown = {}

    for name, *scopes in (("lesser", "api"), ("admin", "api", "admin")):
        token = await token_of(tapster, *scopes, name=name)
        async with client_of(application, token=token) as http:
            shown[name] = await http.post(f"/api/chats/{chat.id}/preview", json={"text": "one"})

    assert {answer.status_code for answer in shown.values()} == {200}
    assert key.last4 in shown["admin"].json()["request"]["headers"]["authorization"]
    assert key.last4 not in shown["lesser"].text


async def test_each_try_of_an_overloaded_provider_is_told(tapster, mock, chat):
    said = await tapster.runs.say(ME, chat.id, "mock:fault=503*2\nHello")
    await heard(tapster, said.run)

    attempts = (await last(tapster, chat)).reply.attempts
    assert [(each.reason, each.status) for each in attempts] == [("overloaded", 503)] * 2


async def test_the_address_that_did_not_answer_is_told_by_its_path_alone(tapster, mock, chat):
    elsewhere = await tapster.connections.add(
        "elsewhere", "custom", Draft(endpoint=f"{mock.url}/compatible", model="echo")
    )
    await tapster.chats.configure(ME, chat.id, ChatFields(connection=elsewhere.id))

    await heard(tapster, (await tapster.runs.say(ME, chat.id, "one")).run)
    kept = await last(tapster, chat)

    (failed,) = kept.reply.attempts
    assert failed.address == "/compatible"
    assert kept.text == "one"


async def test_a_first_try_that_succeeds_leaves_none(tapster, mock, chat):
    await heard(tapster, (await tapster.runs.say(ME, chat.id, "one")).run)

    assert (await last(tapster, chat)).reply.attempts == ()


async def test_what_an_answer_costs_is_computed_where_only_the_price_is_known(tapster, mock, chat):
    here = await tapster.connections.find("here")
    price = Price(input=2.0, output=10.0)
    await tapster.relay.shelf.keep(here, (Model(id="echo", price=price),))

    said = await tapster.runs.say(ME, chat.id, "one")
    await heard(tapster, said.run)
    usage = (await last(tapster, chat)).reply.usage
    run = await tapster.runs.get(ME, said.run.id)

    assert usage.cost == pytest.approx((usage.input * 2 + usage.output * 10) / 1e6)
    assert usage.cost_estimated
    assert run.usage.cost == usage.cost


async def test_without_a_price_nothing_is_said_of_the_cost(tapster, mock, chat):
    await heard(tapster, (await tapster.runs.say(ME, chat.id, "one")).run)

    usage = (await last(tapster, chat)).reply.usage
    assert (usage.cost, usage.cost_estimated) == (None, False)
