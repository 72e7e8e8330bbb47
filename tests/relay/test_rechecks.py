"""A key too new for its provider is checked again until it works."""

import asyncio
import dataclasses

import pytest

from tapster.core.checks import State
from tapster.core.errors import SourceError
from tapster.core.secrets import Secret
from tapster.sources import all_sources
from tapsters import add, open_tapster, text_of

LATE = "sk-late-3-0123456789"


async def last_worked(tapster):
    async with tapster._store.read() as rows:
        (sealed,) = await rows.keys.all()
    return sealed.key.last_worked_at


async def until(condition):
    async with asyncio.timeout(20):
        while not await condition():  # noqa: ASYNC110  # the store has no event to wait for
            await asyncio.sleep(0.01)


async def test_a_fresh_key_of_a_slow_source_is_not_active_yet(tapster, mock):
    await add(tapster, "mistral", mock.url + "/mistral/v1", LATE)

    check = await tapster.connections.check("here")

    assert check.state is State.KEY_NOT_ACTIVE_YET
    assert "tapster connections check here --wait" in check.message
    assert LATE not in repr(check)


async def test_waiting_for_a_fresh_key_ends_in_ready(tapster, mock):
    await add(tapster, "mistral", mock.url + "/mistral/v1", LATE)

    checks = [check async for check in tapster.connections.check_until_active("here", every=0.01)]

    assert [check.state for check in checks[:-1]] == [State.KEY_NOT_ACTIVE_YET] * (len(checks) - 1)
    assert checks[-1].state is State.READY
    assert len(checks) == 4


async def test_waiting_ends_when_a_key_is_refused_for_good(tapster, mock):
    await add(tapster, "openai", mock.url + "/openai/v1", "sk-wrong-0123456789")

    checks = [check async for check in tapster.connections.check_until_active("here", every=0.01)]

    assert [check.state for check in checks] == [State.KEY_REFUSED]


async def test_after_a_check_the_key_is_checked_again_in_the_background(tapster, mock):
    await add(tapster, "mistral", mock.url + "/mistral/v1", LATE)
    first = await tapster.connections.check("here")
    second = await tapster.connections.check("here")

    await until(lambda: last_worked(tapster))

    assert first.again_in is not None
    assert second.again_in is not None
    assert second.again_in <= 0.05
    ready = await tapster.connections.check("here")
    assert ready.state is State.READY
    assert ready.again_in is None


async def test_a_check_that_finds_another_state_tells_of_no_next_time(tapster, mock):
    key = "sk-late-20s-0123456789"
    await add(tapster, "mistral", mock.url + "/mistral/v1", key)
    first = await tapster.connections.check("here")
    mock.state.keys.named[key] = "good"

    check = await tapster.connections.check("here")

    assert first.again_in is not None
    assert check.state is State.READY
    assert (check.again_in, check.rechecks) == (None, 0)


async def test_how_often_it_was_checked_again_is_told(tapster, mock):
    await add(tapster, "mistral", mock.url + "/mistral/v1", "sk-late-20s-0123456789")
    await tapster.connections.check("here")
    await asyncio.sleep(0.2)

    check = await tapster.connections.check("here")

    assert check.state is State.KEY_NOT_ACTIVE_YET
    assert 2 <= check.rechecks <= 4


async def test_a_message_that_meets_a_fresh_key_starts_the_rechecks_too(tapster, mock):
    await add(tapster, "mistral", mock.url + "/mistral/v1", LATE)
    with pytest.raises(SourceError) as refused:
        _ = [event async for event in tapster.stream("here/echo", "Hi")]

    await until(lambda: last_worked(tapster))

    assert refused.value.status == 401
    assert text_of([event async for event in tapster.stream("here/echo", "Hi")]) == "Hi"


async def test_a_key_that_once_worked_is_refused_and_no_longer_fresh(tapster, mock):
    await add(tapster, "mistral", mock.url + "/mistral/v1", "sk-good-0123456789")
    await tapster.connections.check("here")
    mock.state.keys.named["sk-good-0123456789"] = "wrong"

    check = await tapster.connections.check("here")

    assert check.state is State.KEY_REFUSED
    assert check.again_in is None


async def test_a_key_of_yesterday_is_refused_and_no_longer_fresh(tmp_path, mock):
    now = [1_000_000.0]
    async with open_tapster(tmp_path, clock=lambda: now[0]) as tapster:
        await add(tapster, "mistral", mock.url + "/mistral/v1", LATE)
        now[0] += 86_400

        check = await tapster.connections.check("here")

    assert check.state is State.KEY_REFUSED


async def test_rechecks_end_when_the_connection_is_removed(tapster, mock):
    await add(tapster, "mistral", mock.url + "/mistral/v1", "sk-late-20s-0123456789")
    await tapster.connections.check("here")
    await tapster.connections.remove("here")
    await asyncio.sleep(0.15)
    asked = len(mock.requests)

    await asyncio.sleep(0.15)

    assert len(mock.requests) == asked


async def test_a_key_entered_anew_meanwhile_is_what_is_checked(tapster, mock):
    await add(tapster, "mistral", mock.url + "/mistral/v1", "sk-late-20s-0123456789")
    await tapster.connections.check("here")
    (key,) = await tapster._vault.keys()
    await tapster.keys.rotate(key.id, Secret("sk-good-0123456789"))

    await until(lambda: last_worked(tapster))


async def test_closing_stops_the_rechecks(tmp_path, mock):
    async with open_tapster(tmp_path) as tapster:
        await add(tapster, "mistral", mock.url + "/mistral/v1", "sk-late-20s-0123456789")
        await tapster.connections.check("here")
    asked = len(mock.requests)

    await asyncio.sleep(0.15)

    assert len(mock.requests) == asked


async def test_only_sources_known_for_slow_keys_are_waited_for(tmp_path, mock):
    slow = dataclasses.replace(all_sources()["openai"], fresh_keys_wait=True)
    async with open_tapster(tmp_path, sources={**all_sources(), "openai": slow}) as tapster:
        await add(tapster, "openai", mock.url + "/openai/v1", LATE)

        assert (await tapster.connections.check("here")).state is State.KEY_NOT_ACTIVE_YET
