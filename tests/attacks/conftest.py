import asyncio

import pytest

from callers import add_person, client_of, token_of
from mock_provider import MockProvider
from tapster.app import Draft
from tapster.core.secrets import Secret
from tapster.server.application import make_application
from tapsters import open_tapster

ENDLESS = "mock:long@100000@0.02"


@pytest.fixture
async def mock():
    async with MockProvider() as provider:
        yield provider


@pytest.fixture
async def tapster(tmp_path, mock):
    """A Tapster of two people, Ada (an admin) and Bob, with a connection to the mock."""
    async with open_tapster(tmp_path) as tapster:
        await tapster.connections.add(
            "own",
            "custom",
            Draft(endpoint=f"{mock.url}/compatible/v1", model="local-model"),
            Secret("sk-good-0123456789"),
        )
        await add_person(tapster, "Ada")
        await add_person(tapster, "Bob")
        await tapster.start_runs()
        yield tapster
        await tapster.finish(0, hurry=asyncio.Event())


@pytest.fixture
def application(tapster):
    return make_application(tapster)


@pytest.fixture
async def bob(tapster):
    return await tapster.people.find("Bob")


@pytest.fixture
async def as_ada(tapster, application):
    """A program of Ada's that may do everything."""
    async with client_of(application, token=await token_of(tapster, "api", "admin")) as client:
        yield client


@pytest.fixture
async def as_bob(tapster, application, bob):
    """A program of Bob's."""
    token = await token_of(tapster, "api", owner=bob.id, name="bobs")
    async with client_of(application, token=token) as client:
        yield client


@pytest.fixture
def long_run(tapster):
    """Begin a run that says something twenty times a second until it is stopped."""

    async def begin(owner: str) -> str:
        chat = await tapster.chats.create(owner)
        return (await tapster.runs.say(owner, chat.id, ENDLESS)).run.id

    return begin
