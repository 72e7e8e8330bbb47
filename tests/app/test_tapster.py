"""The Python door."""

from contextlib import aclosing

import pytest

from tapster.core.errors import InvalidInput, NotFound, StoreError
from tapster.core.events import Finished, TextDelta, UsageReported
from tapster.core.messages import says
from tapster.core.requests import ChatRequest, Settings
from tapsters import add, config_in, open_tapster, text_of, thoughts_of


async def test_a_program_streams_an_answer_in_two_lines(tapster, mock):
    await add(tapster, "openai", mock.url + "/openai/v1")

    events = []
    async for event in tapster.stream("here/echo", "Hi there"):
        events.append(event)  # noqa: PERF401  # the loop is what is shown

    assert text_of(events) == "Hi there"
    assert any(isinstance(event, UsageReported) for event in events)
    assert isinstance(events[-1], Finished) or isinstance(events[-2], Finished)


@pytest.mark.parametrize(
    "said",
    [
        "Hi",
        [says("system", "Be kind."), says("user", "Hi")],
        ChatRequest(model="ignored", messages=(says("user", "Hi"),), settings=Settings(seed=1)),
    ],
)
async def test_what_is_said_is_text_messages_or_a_whole_request(tapster, mock, said):
    await add(tapster, "openai", mock.url + "/openai/v1")

    events = [event async for event in tapster.stream("here/think", said)]

    assert text_of(events) == "Hi"


async def test_thinking_is_kept_apart(tapster, mock):
    await add(tapster, "custom", mock.url + "/compatible/v1")

    events = [event async for event in tapster.stream("here/think", "Hi")]

    assert thoughts_of(events).startswith("The user wants")
    assert text_of(events) == "Hi"


async def test_a_connection_alone_means_its_chosen_model(tapster, mock):
    await add(tapster, "custom", mock.url + "/compatible/v1", model="echo")

    assert text_of([event async for event in tapster.stream("here", "Hi")]) == "Hi"
    assert mock.asked[-1].model == "echo"


async def test_an_unknown_model_is_told_with_what_there_is(tapster):
    with pytest.raises(NotFound, match="There is no model 'nowhere/x'"):
        _ = [event async for event in tapster.stream("nowhere/x", "Hi")]


async def test_an_empty_model_is_told(tapster):
    with pytest.raises(InvalidInput):
        _ = [event async for event in tapster.stream(" ", "Hi")]


async def test_leaving_the_loop_leaves_nothing_behind(tapster, mock):
    await add(tapster, "custom", mock.url + "/compatible/v1")
    async with aclosing(tapster.stream("here/long@500@0.01", "Hi")) as answer:
        async for event in answer:
            if isinstance(event, TextDelta):
                break

    assert await mock.until_left(mock.last) > 0


async def test_what_was_saved_is_there_when_opened_again(tmp_path, mock):
    async with open_tapster(tmp_path) as tapster:
        await add(tapster, "custom", mock.url + "/compatible/v1", model="echo")

    async with open_tapster(tmp_path) as tapster:
        assert text_of([event async for event in tapster.stream("here", "Hi")]) == "Hi"


async def test_what_another_process_saved_is_seen_soon(tmp_path, mock):
    async with open_tapster(tmp_path) as one, open_tapster(tmp_path) as other:
        await one.connections.all()
        await add(other, "custom", mock.url + "/compatible/v1", model="echo")

        assert (await one.connections.find("here")).model == "echo"


async def test_a_folder_that_cannot_be_made_names_itself_and_the_way_out(tmp_path):
    (tmp_path / "data").write_text("a file")

    with pytest.raises(StoreError, match="TAPSTER_DATA_DIR"):
        async with open_tapster(tmp_path):
            pass


async def test_in_network_mode_private_targets_are_refused(tmp_path, mock):
    config = config_in(tmp_path, host="0.0.0.0")
    async with open_tapster(tmp_path, config=config) as tapster:
        await add(tapster, "custom", mock.url + "/compatible/v1")

        with pytest.raises(InvalidInput):
            _ = [event async for event in tapster.stream("here/echo", "Hi")]

    assert not mock.requests


async def test_without_redis_other_processes_are_heard_of_through_the_database(tapster):
    # A terminal and a server share a folder: neither may wait for word of the other.
    assert not tapster.broadcast.live
