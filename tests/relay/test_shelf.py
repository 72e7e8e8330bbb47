"""Model lists: what is listed, what is kept, and when an endpoint is asked again."""

import asyncio

import pytest

from tapster.core.errors import SourceError
from tapster.core.links import Timeouts
from tapsters import add, open_tapster


async def ids(tapster, **more):
    return [model.id for model in await tapster.connections.models("here", **more)]


@pytest.mark.parametrize(
    ("fault", "count"),
    [("models-missing", 0), ("models-empty", 0), ("models@10000", 10_000), ("models-array", 0)],
)
async def test_any_kind_of_list_is_listed(tapster, mock, fault, count):
    await add(tapster, "custom", f"{mock.url}/~fault={fault}/compatible/v1")

    listed = await ids(tapster)

    assert len(listed) == count or "local-model" in listed


async def test_a_list_in_pages_is_read_to_its_end(tapster, mock):
    await add(tapster, "google", mock.url + "/~fault=models@2500/google/v1beta", show_external=True)

    listed = await ids(tapster)

    assert "mock-model-02499" in listed
    assert sum(record.path == "/google/v1beta/models" for record in mock.requests) == 3


async def test_external_models_are_marked_and_shown_only_when_wanted(tapster, mock):
    await add(tapster, "openai", mock.url + "/openai/v1")
    connection = await tapster.connections.find("here")
    every = {model.id: model for model in await tapster.shelf.models(connection)}

    shown = await ids(tapster)

    assert every["echo"].external
    assert not every["gpt-4o"].external
    assert "gpt-4o" in shown
    assert "echo" not in shown


async def test_show_external_shows_what_the_endpoint_reports(tapster, mock):
    await add(tapster, "openai", mock.url + "/openai/v1", show_external=True)

    assert {"echo", "gpt-4o"} <= set(await ids(tapster))


async def test_custom_endpoints_show_all_they_report(tapster, mock):
    await add(tapster, "custom", mock.url + "/compatible/v1")

    assert "local-model" in await ids(tapster)


async def test_a_chosen_model_missing_from_the_list_is_kept_and_flagged(tapster, mock):
    await add(tapster, "openai", mock.url + "/openai/v1", model="my-finetune")

    models = {model.id: model for model in await tapster.connections.models("here")}

    assert models["my-finetune"].extra["missing"] is True
    assert (await tapster.connections.find("here")).model == "my-finetune"


async def test_a_list_once_fetched_is_not_asked_for_again(tapster, mock):
    await add(tapster, "custom", mock.url + "/compatible/v1")
    first = await ids(tapster)
    asked = len(mock.requests)

    assert await ids(tapster) == first
    assert len(mock.requests) == asked


async def test_an_old_list_is_given_at_once_and_renewed_behind_it(tmp_path, mock):
    now = [1_000_000.0]
    async with open_tapster(tmp_path, clock=lambda: now[0]) as tapster:
        await add(tapster, "custom", mock.url + "/~fault=models@3/compatible/v1")
        await ids(tapster)
        asked = len(mock.requests)
        now[0] += 700

        old = await ids(tapster)
        assert len(mock.requests) == asked
        await asyncio.sleep(0.2)

        assert len(old) == 3
        assert len(mock.requests) == asked + 1


async def test_a_failing_refresh_keeps_the_old_list(tmp_path, mock):
    now = [1_000_000.0]
    async with open_tapster(tmp_path, clock=lambda: now[0]) as tapster:
        await add(tapster, "custom", mock.url + "/compatible/v1", "sk-good-0123456789")
        old = await ids(tapster)
        mock.state.keys.named["sk-good-0123456789"] = "wrong"
        now[0] += 700

        assert await ids(tapster) == old
        await asyncio.sleep(0.1)
        assert await ids(tapster) == old
        with pytest.raises(SourceError, match="Unauthorized"):
            await ids(tapster, refresh=True)
        assert await ids(tapster) == old


async def test_an_endpoint_that_failed_is_left_alone_for_a_moment(tmp_path, mock):
    now = [1_000_000.0]
    async with open_tapster(tmp_path, clock=lambda: now[0]) as tapster:
        await add(tapster, "openai", mock.url + "/~fault=503/openai/v1")
        first = await ids(tapster)
        asked = len(mock.requests)

        assert "gpt-4o" in first
        assert await ids(tapster) == first
        assert len(mock.requests) == asked
        now[0] += 60
        await ids(tapster)
        assert len(mock.requests) == asked + 1


async def test_a_hanging_endpoint_lists_the_catalogue_in_time(tapster, mock):
    timeouts = Timeouts(connect=1, idle=0.2, total=2)
    await add(tapster, "openai", mock.url + "/~fault=hang/openai/v1", timeouts=timeouts)

    async with asyncio.timeout(2):
        assert "gpt-4o" in await ids(tapster)


async def test_words_of_a_failed_list_hold_no_key(tapster, mock):
    key = "sk-wrong-CANARY-0123456789abcdef"
    await add(tapster, "custom", mock.url + "/~fault=echo-headers/compatible/v1", key)

    with pytest.raises(SourceError) as failed:
        await ids(tapster, refresh=True)

    assert "authorization" in failed.value.message
    assert key not in f"{failed.value.message} {failed.value.detail} {failed.value.body!r}"
