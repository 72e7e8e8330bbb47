"""What the name of a model means."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from tapster.app import Draft
from tapster.core.errors import InvalidInput, NotFound, StoreError
from tapster.core.keys import AccessToken
from tapster.core.secrets import Secret
from tapster.gateway.aim import Aims


@pytest.fixture
async def aims(tapster, mock):
    """Two places with models of their own and `echo` in common."""
    for name, place in (("vLLM here", "/compatible/v1"), ("grok", "/xai/v1")):
        await tapster.connections.add(
            name, "custom", Draft(endpoint=mock.url + place), Secret("sk-good-0123456789")
        )
    return Aims(tapster.relay, tapster.shelf)


def limited(**to) -> AccessToken:
    return AccessToken(id="t", name="t", digest=b"", last4="", **to)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("vllm-here/local-model", "vllm-here/local-model"),
        ("VLLM-Here/local-model", "vllm-here/local-model"),
        ("vllm-here/org/other-model", "vllm-here/org/other-model"),
        ("vllm-here/Local-Model", "vllm-here/Local-Model"),
        ("vllm-here/never heard of", "vllm-here/never heard of"),
        ("vllm-here", "vllm-here/local-model"),
        ("org/other-model", "vllm-here/org/other-model"),
        ("grok-4.7", "grok/grok-4.7"),
        ("  grok-4.7  ", "grok/grok-4.7"),
    ],
)
async def test_a_name_means_one_connection_and_model(aims, name, meant):
    assert (await aims.find(name)).name == meant


async def test_a_connection_alone_means_the_model_chosen_for_it(aims, tapster):
    await tapster.connections.edit("grok", Draft(model="grok-code"))

    assert (await aims.find("grok")).model == "grok-code"


async def test_a_bare_id_two_connections_have_must_be_said_in_full(aims):
    with pytest.raises(InvalidInput, match="Say which: vllm-here/echo, grok/echo") as refused:
        await aims.find("echo")

    assert refused.value.field == "model"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("grok-4.6", "Did you mean grok-4.7"),
        ("vlm-here/local-model", "vllm-here/local-model"),
        ("nothing like it", "GET /v1/models lists"),
    ],
)
async def test_a_name_nothing_fits_is_told_with_the_nearest(aims, name, hint):
    with pytest.raises(NotFound, match=hint):
        await aims.find(name)


@pytest.mark.parametrize("name", ["", "   "])
async def test_an_empty_name_is_refused(aims, name):
    with pytest.raises(InvalidInput, match="missing or empty"):
        await aims.find(name)


async def test_a_very_long_name_is_not_repeated_whole(aims):
    with pytest.raises(NotFound) as refused:
        await aims.find("a" * 100_000)

    assert len(refused.value.message) < 500


async def test_what_a_token_may_not_use_does_not_exist_for_it(aims):
    token = limited(connections=("grok",))

    assert (await aims.find("echo", token)).name == "grok/echo"
    for name in ("vllm-here/local-model", "vllm-here", "local-model", "vllm-here/echo"):
        with pytest.raises(NotFound) as refused:
            await aims.find(name, token)
        # The name as it was asked may be repeated; nothing else is learned.
        assert "vllm-here" not in refused.value.message.replace(name, "")


async def test_a_token_limited_to_a_model_reaches_it_by_each_of_its_names(aims):
    token = limited(models=("grok/grok-code",))

    for name in ("grok/grok-code", "GROK/grok-code", "grok-code", "grok"):
        assert (await aims.find(name, token)).name == "grok/grok-code"


@pytest.mark.parametrize(
    "name", ["grok/grok-4.7", "grok/GROK-CODE", "grok-4.7", "grok/grok-code ", "grok//grok-code"]
)
async def test_a_token_limited_to_a_model_reaches_no_other(aims, name):
    token = limited(models=("grok/grok-code",))

    if name.strip() == "grok/grok-code":
        assert (await aims.find(name, token)).model == "grok-code"
        return
    with pytest.raises(NotFound):
        await aims.find(name, token)


async def test_an_endpoint_that_does_not_answer_keeps_nobody_from_the_list(aims, tapster, mock):
    hanging = mock.url + "/~fault=hang/compatible/v1"
    await tapster.connections.add("stuck", "custom", Draft(endpoint=hanging, model="m"), None)
    impatient = Aims(tapster.relay, tapster.shelf, longest_wait=0.2)

    async with asyncio.timeout(3):
        listed = {aim.name for aim, _ in await impatient.every()}

    assert {"grok/grok-4.7", "stuck/m"} <= listed


async def test_a_connection_without_any_model_asks_for_one(tapster, mock):
    nothing = mock.url + "/~fault=models-empty/compatible/v1"
    await tapster.connections.add("bare", "custom", Draft(endpoint=nothing), None)

    with pytest.raises(InvalidInput, match="bare/<model id>"):
        await Aims(tapster.relay, tapster.shelf).find("bare")


async def test_the_only_connection_that_was_never_listed_is_asked(aims, mock):
    mock.clear()

    await aims.find("grok-4.7")

    assert {record.path for record in mock.requests} == {"/compatible/v1/models", "/xai/v1/models"}


async def test_a_bare_id_found_only_by_asking_may_still_be_ambiguous(tapster, mock):
    for name in ("one", "two"):
        await tapster.connections.add(
            name, "custom", Draft(endpoint=mock.url + "/compatible/v1"), None
        )

    with pytest.raises(InvalidInput, match="one/local-model, two/local-model"):
        await Aims(tapster.relay, tapster.shelf).find("local-model")


async def test_while_another_program_writes_names_are_found_all_the_same(aims, tapster, tmp_path):
    await aims.every()
    with closing(sqlite3.connect(tmp_path / "data" / "tapster.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with asyncio.timeout(3):
            found = await aims.find("grok-4.7")

    assert found.name == "grok/grok-4.7"


async def test_a_database_that_cannot_be_asked_is_not_taken_for_a_model_that_is_missing(
    tapster, aims
):
    class Gone:
        async def known(self, connection):
            raise StoreError("The disk is gone.")

    with pytest.raises(StoreError, match="disk is gone"):
        await Aims(tapster.relay, Gone()).find("grok-4.7")
