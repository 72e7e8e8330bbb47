"""Lines 20, 24: who may not listen any more stops hearing, in the middle of a word."""

import asyncio
import sqlite3
import time
from contextlib import aclosing, closing

import pytest

from callers import add_person, session_of, token_of
from open_streams import followed
from tapster.app import Draft
from tapster.core.errors import Conflict, NotFound
from tapster.core.messages import File
from tapster.core.secrets import Secret
from tapsters import open_tapster
from timed import timed


async def end_session(tapster):
    bob = await tapster.people.find("Bob")
    for session in await tapster.sessions.of(bob.id):
        await tapster.sessions.end(bob.id, session.id)


async def change_password(tapster):
    await tapster.people.change_password("Bob", Secret("another password"))


async def change_role(tapster):
    await tapster.people.change("Bob", role="admin")


async def disable(tapster):
    await tapster.people.change("Bob", disabled=True)


async def remove(tapster):
    await tapster.people.remove("Bob", with_chats=True)


async def revoke_token(tapster):
    await tapster.tokens.revoke("bobs program")


@timed
@pytest.mark.parametrize(
    ("event", "shown"),
    [
        (end_session, "session"),
        (change_password, "session"),
        (change_role, "session"),
        (change_role, "token"),
        (disable, "session"),
        (disable, "token"),
        (remove, "session"),
        (remove, "token"),
        (revoke_token, "token"),
    ],
)
@pytest.mark.parametrize("elsewhere", [False, True], ids=["here", "in another process"])
async def test_an_open_stream_ends_within_a_second(
    tmp_path, tapster, application, long_run, *, event, shown, elsewhere
):
    bob = await tapster.people.find("Bob")
    run_id = await long_run(bob.id)
    token = await token_of(tapster, "api", owner=bob.id, name="bobs program")
    session = await session_of(tapster, "Bob")
    headers = (
        {"authorization": f"Bearer {token}"}
        if shown == "token"
        else {"cookie": f"tapster_session={session}"}
    )
    async with followed(application, f"/api/runs/{run_id}/events", **headers) as stream:
        await stream.until(b"event: text-delta")
        assert not stream.ended.is_set()

        if elsewhere:
            async with open_tapster(tmp_path) as other:
                await event(other)
                began = time.monotonic()
        else:
            await event(tapster)
            began = time.monotonic()
        async with asyncio.timeout(10):
            await stream.ended.wait()
        took = time.monotonic() - began

        heard = len(stream.body)
        await asyncio.sleep(0.1)
    # That is what is promised, so it is asserted, however slow the computer.
    assert took < 1.0
    assert len(stream.body) == heard
    # What runs for a person who is removed is stopped first, and that much they may hear.
    stopped = () if event is remove else (b"event: stopped",)
    for closed in (b"event: finished", b"event: interrupted", *stopped):
        assert closed not in stream.body


@timed
@pytest.mark.parametrize(
    ("event", "shown"),
    [
        (end_session, "session"),
        (change_password, "session"),
        (change_role, "token"),
        (disable, "session"),
        (remove, "token"),
        (revoke_token, "token"),
    ],
)
async def test_the_line_of_an_open_page_ends_within_a_second(
    tapster, application, bob, *, event, shown
):
    token = await token_of(tapster, "api", owner=bob.id, name="bobs program")
    headers = (
        {"authorization": f"Bearer {token}"}
        if shown == "token"
        else {"cookie": f"tapster_session={await session_of(tapster, 'Bob')}"}
    )
    async with followed(application, "/api/live", **headers) as stream:
        await stream.until(b"event: hello")
        await event(tapster)
        began = time.monotonic()
        async with asyncio.timeout(10):
            await stream.ended.wait()
        took = time.monotonic() - began

        heard = len(stream.body)
        await tapster.connections.edit("own", Draft(notes="changed"))
        await asyncio.sleep(0.2)
    assert took < 1.0
    assert len(stream.body) == heard


async def test_those_who_still_may_hear_go_on_hearing(tapster, application, bob, long_run):
    run_id = await long_run(bob.id)
    token = await token_of(tapster, "api", owner=bob.id, name="stays")
    gone = await token_of(tapster, "api", owner=bob.id, name="goes")
    path = f"/api/runs/{run_id}/events"
    async with (
        followed(application, path, authorization=f"Bearer {token}") as stays,
        followed(application, path, authorization=f"Bearer {gone}") as goes,
    ):
        await goes.until(b"event: text-delta")
        await tapster.tokens.revoke("goes")
        async with asyncio.timeout(10):
            await goes.ended.wait()
        heard = len(stays.body)
        await asyncio.sleep(1)

        assert len(stays.body) > heard
        assert not stays.ended.is_set()


async def test_a_person_with_chats_stays_unless_the_chats_are_to_go(tapster, as_ada, bob):
    chat = await tapster.chats.create(bob.id)
    await tapster.chats.tree.say(bob.id, chat.id, "Bobs only words")

    refused = await as_ada.delete(f"/api/people/{bob.id}")

    assert refused.status_code == 409
    assert "one chat" in refused.json()["detail"]
    assert "--with-chats" in refused.json()["detail"]
    assert (await tapster.people.find("Bob")).id == bob.id
    # A deleted chat could be brought back still: it is not forgotten either.
    await tapster.chats.delete(bob.id, chat.id)
    with pytest.raises(Conflict):
        await tapster.people.remove("Bob")


async def test_a_person_without_chats_goes_at_once(tapster, as_ada, bob):
    await tapster.chats.attachments.add(bob.id, b"x", name="x.txt", media_type="text/plain")

    assert (await as_ada.delete(f"/api/people/{bob.id}")).status_code == 204

    with pytest.raises(NotFound):
        await tapster.people.find("Bob")


async def test_nothing_is_left_of_a_person_removed_with_their_chats(
    tapster, as_ada, bob, mock, long_run
):
    mine = await tapster.chats.create("me")
    await tapster.chats.tree.say("me", mine.id, "Adas words stay")
    file = await tapster.chats.attachments.add(
        bob.id, b"Bobs file", name="x.txt", media_type="text/plain"
    )
    chat = await tapster.chats.create(bob.id)
    words = await tapster.chats.tree.say(
        bob.id, chat.id, (File(url=f"attachment:{file.id}", name="x.txt"),)
    )
    await tapster.chats.views.checkpoint(bob.id, words.id, "a place")
    run_id = await long_run(bob.id)
    async with asyncio.timeout(10), aclosing(tapster.runs.follow(bob.id, run_id)) as events:
        async for event in events:
            if event.seq > 3:  # it is being written
                break

    reply = await as_ada.delete(f"/api/people/{bob.id}", params={"with_chats": True})

    assert reply.status_code == 204
    # The provider is not asked on for somebody who is gone.
    await mock.until_left(mock.last, within=10)
    assert await rows_of(tapster, bob.id) == 0
    with pytest.raises(NotFound):
        await tapster.runs.get(bob.id, run_id)
    assert (await tapster.chats.search("me", "Adas")).hits
    # The name is free again, and who has it now has none of this.
    again = await add_person(tapster, "Bob")
    assert again.id != bob.id
    assert (await tapster.chats.list(again.id)).chats == ()


async def rows_of(tapster, owner: str) -> int:
    """Return in how many rows of the whole database `owner` is named."""
    with closing(sqlite3.connect(tapster.config.data_dir / "tapster.db")) as database:
        tables = [
            name
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not name.startswith(("message_words_", "sqlite_"))
        ]
        return sum(
            1
            for name in tables
            for row in database.execute(f'SELECT * FROM "{name}"')  # noqa: S608  # names of ours
            if any(owner in str(value) for value in row)
        )
