"""What ended without a word is told to whoever opens the chat again."""

import asyncio

import pytest

from callers import client_of, token_of
from tapster.app import Draft
from tapster.core.chats import ChatFields
from tapster.server.application import make_application


@pytest.fixture
async def reader(tapster):
    await tapster.start_runs()
    token = await token_of(tapster, "api")
    async with client_of(make_application(tapster), token=token) as reader:
        yield reader
    await tapster.finish(0, hurry=asyncio.Event())


async def test_why_nobody_answered_is_listed_with_what_is_written(tapster, reader):
    endpoint = "http://127.0.0.1:9/v1"
    dead = await tapster.connections.add("dead", "custom", Draft(endpoint=endpoint))
    chat = await tapster.chats.create("me", ChatFields(connection=dead.id, model="a-model"))
    before = (await reader.get(f"/api/chats/{chat.id}/runs")).json()
    said = await tapster.runs.say("me", chat.id, "?")
    async for _ in tapster.runs.follow("me", said.run.id):
        pass

    after = (await reader.get(f"/api/chats/{chat.id}/runs")).json()

    assert before == {"runs": [], "unanswered": None}
    assert after["runs"] == []
    assert after["unanswered"]["id"] == said.run.id
    assert after["unanswered"]["error"]["message"]
