"""A server in trouble: it is told plainly, nothing is lost, another connection answers."""

import pytest

from bad_servers import CHAT, TROUBLES, llama
from canned import LISTED, canned
from tapster.app import Draft
from tapster.chats.runs import Wish
from tapster.core.chats import ChatFields
from tapster.core.checks import State
from tapster.core.people import ME
from tapster.core.run_events import RunFailed, RunText
from tapsters import add, open_tapster

every_trouble = pytest.mark.parametrize("trouble", TROUBLES)


@pytest.fixture
async def tapster(tmp_path):
    async with open_tapster(tmp_path) as tapster:
        await tapster.start_runs()
        yield tapster


async def heard(tapster, run):
    return [event async for event in tapster.runs.follow(ME, run.id)]


@every_trouble
async def test_the_message_is_kept_and_another_connection_answers_it(tapster, mock, trouble):
    source, answers, told = TROUBLES[trouble]
    with canned(answers) as address:
        bad = await add(tapster, source, address, model="m")
        good = await tapster.connections.add(
            "good", "custom", Draft(endpoint=f"{mock.url}/compatible/v1", model="echo"), None
        )
        chat = await tapster.chats.create(ME, ChatFields(connection=bad.id))

        said = await tapster.runs.say(ME, chat.id, "Is the sky blue?")
        failed = (await heard(tapster, said.run))[-1]

    assert isinstance(failed, RunFailed)
    assert told in failed.error.message
    assert "Traceback" not in failed.error.message

    window = await tapster.chats.windows.open(ME, chat.id)
    assert window.messages[0].message.text == "Is the sky blue?"
    again = await tapster.runs.say(
        ME,
        chat.id,
        window.messages[0].message.text,
        parent=None,
        wish=Wish(connection=good.id, model="echo"),
    )
    events = await heard(tapster, again.run)
    assert "".join(each.text for each in events if isinstance(each, RunText)) == "Is the sky blue?"


@pytest.mark.parametrize("trouble", ["template", "template of TabbyAPI", "grammar", "context"])
async def test_what_another_try_would_not_help_is_not_tried_again(tapster, trouble):
    source, answers, _ = TROUBLES[trouble]
    with canned(answers) as address:
        await add(tapster, source, address, model="m")
        chat = await tapster.chats.create(ME, ChatFields())

        run = (await tapster.runs.say(ME, chat.id, "Hi")).run
        failed = (await heard(tapster, run))[-1]

    assert failed.error.reason in {"invalid", "too_large"}


async def test_the_check_tells_a_server_that_is_loading_from_one_that_died(tapster):
    loading = llama(503, "Loading model", "unavailable_error")
    with canned({"/health": loading, "/v1/models": loading, CHAT: loading}) as address:
        await add(tapster, "llamacpp", address, None, model="m")

        while_loading = await tapster.connections.check("here")
    after = await tapster.connections.check("here")

    assert while_loading.state is not State.READY
    assert "still loading" in while_loading.message
    assert after.state is State.UNREACHABLE


async def test_the_check_of_half_an_api_is_not_ready(tapster):
    with canned({"/v1/models": (200, {"data": "none"}), CHAT: (200, {"hi": 1})}) as address:
        await add(tapster, "custom", f"{address}/v1", None)

        check = await tapster.connections.check("here")

    assert check.state is not State.READY
    assert check.message


async def test_a_list_is_enough_to_be_ready_without_a_key(tapster):
    with canned({"/v1/models": LISTED}) as address:
        await add(tapster, "custom", f"{address}/v1", None)

        assert (await tapster.connections.check("here")).state is State.READY
