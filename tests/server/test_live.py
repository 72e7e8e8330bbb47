"""What open pages hear of: one's own chats and runs, and what the house shares. Nothing else."""

import asyncio
import json
import secrets

import pytest

from broadcasts import redis_prefix
from callers import add_person, client_of, session_of, token_of
from mock_provider import MockProvider
from open_streams import followed
from pages import build_page
from tapster import __version__
from tapster.app import Draft
from tapster.core.chats import ChatFields
from tapster.core.news import RunEnded
from tapster.core.preferences import PreferenceFields
from tapster.core.secrets import Secret
from tapster.server.application import make_application
from tapster.server.followers import Followers
from tapster.server.page import read_page
from tapsters import config_in, open_tapster

REDIS = "redis://127.0.0.1:6379/6"


@pytest.fixture
async def application(tapster):
    await add_person(tapster, "Ada")
    await add_person(tapster, "Bob")
    await tapster.start_runs()
    yield make_application(tapster)
    await tapster.finish(0, hurry=asyncio.Event())


@pytest.fixture
async def bob(tapster, application):
    return await tapster.people.find("Bob")


class Page:
    """What one open page has heard."""

    def __init__(self, stream):
        self.stream = stream

    @property
    def heard(self):
        return [
            (lines[0].removeprefix("event: "), json.loads(lines[1].removeprefix("data: ")))
            for event in self.stream.body.decode().split("\n\n")
            if len(lines := event.split("\n")) == 2
        ]

    def of(self, kind):
        return [data for name, data in self.heard if name == kind]

    async def until(self, kind, count=1, **fields):
        """Wait until so many events of this kind with these fields have come; return them."""
        async with asyncio.timeout(20):
            while True:
                found = [data for data in self.of(kind) if data.items() >= fields.items()]
                if len(found) >= count:
                    return found
                await asyncio.sleep(0.01)


async def told_all(tapster, page, owner="me"):
    """Wait until everything that was told before now has come to a page of `owner`."""
    mark = RunEnded(secrets.token_hex(8), "mark", "finished")
    tapster.newsroom.tell(owner, mark)
    await page.until("run-ended", run_id=mark.run_id)


class Opened:
    def __init__(self, tapster, application, name):
        self._told = tapster, application, name

    async def __aenter__(self):
        tapster, application, name = self._told
        session = await session_of(tapster, name)
        self._stream = followed(application, "/api/live", cookie=f"tapster_session={session}")
        page = Page(await self._stream.__aenter__())
        await page.until("hello")
        return page

    async def __aexit__(self, *error):
        await self._stream.__aexit__(*error)


@pytest.fixture
def page_of(tapster, application):
    return lambda name: Opened(tapster, application, name)


async def test_the_first_that_is_heard_is_which_version_and_page_there_is(tapster, tmp_path):
    built = read_page(build_page(tmp_path / "page"))
    application = make_application(tapster, page=built)
    token = await token_of(tapster, "api")
    async with followed(application, "/api/live", authorization=f"Bearer {token}") as stream:
        page = Page(stream)
        (hello,) = await page.until("hello")

    assert hello == {"type": "hello", "version": __version__, "build": built.build}
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert stream.headers["cache-control"] == "no-store"


async def test_a_chat_is_told_of_as_it_is_after_each_change(tapster, page_of):
    async with page_of("Ada") as page:
        chat = await tapster.chats.create("me", ChatFields(title="first"))
        (made,) = await page.until("chat-changed", chat_id=chat.id)
        said = await tapster.chats.tree.say("me", chat.id, "words")
        (grown,) = await page.until("chat-changed", chat_id=chat.id, head=said.id)
        renamed = await tapster.chats.rename("me", chat.id, "second")
        (newer,) = await page.until("chat-changed", version=renamed.version)
        await tapster.chats.delete("me", chat.id)
        await page.until("chat-changed", chat_id=chat.id, deleted=True)
        await tapster.chats.journal.undo("me", chat.id)
        back = (await page.until("chat-changed", 4, deleted=False))[-1]
        await tapster.chats.delete("me", chat.id)
        await page.until("chat-changed", 2, chat_id=chat.id, deleted=True)
        await tapster.chats.purge("me", chat.id)
        gone = (await page.until("chat-changed", 3, chat_id=chat.id, deleted=True))[-1]

    assert made == {
        "type": "chat-changed",
        "chat_id": chat.id,
        "version": 1,
        "head": None,
        "deleted": False,
    }
    assert (grown["version"], newer["head"], back["head"]) == (1, said.id, said.id)
    assert gone["head"] is None


async def test_every_change_of_a_chat_is_told_once_and_no_look_at_it(tapster, page_of):
    chat = await tapster.chats.create("me")
    first = await tapster.chats.tree.say("me", chat.id, "one")
    steps = [
        lambda: tapster.chats.tree.edit("me", first.id, "two"),
        lambda: tapster.chats.tree.swipe("me", first.id, "three"),
        lambda: tapster.chats.views.select("me", first.id),
        lambda: tapster.chats.views.checkpoint("me", first.id, "a place"),
        lambda: tapster.chats.pin("me", chat.id),
        lambda: tapster.chats.journal.undo("me", chat.id),
        lambda: tapster.chats.journal.redo("me", chat.id),
    ]
    async with page_of("Ada") as page:
        await tapster.chats.get("me", chat.id)
        await tapster.chats.windows.open("me", chat.id)
        for number, step in enumerate(steps, start=1):
            await step()
            await page.until("chat-changed", number)
            await told_all(tapster, page)

            assert len(page.of("chat-changed")) == number


async def test_what_was_not_kept_is_not_told(tapster, page_of):
    chat = await tapster.chats.create("me")
    async with page_of("Ada") as page:
        with pytest.raises(ZeroDivisionError):
            async with tapster._store.begin():
                await tapster.chats.tree.say("me", chat.id, "never")
                raise ZeroDivisionError
        async with tapster._store.begin():
            await tapster.chats.rename("me", chat.id, "kept")
            with pytest.raises(ZeroDivisionError):
                async with tapster._store.begin():
                    await tapster.chats.create("me")
                    await tapster.preferences.change("me", PreferenceFields(theme="dark"))
                    raise ZeroDivisionError
        await page.until("chat-changed")
        await told_all(tapster, page)

    assert [data["chat_id"] for data in page.of("chat-changed")] == [chat.id]
    assert not page.of("house-changed")


async def test_a_run_is_told_of_when_it_begins_and_ends(tapster, page_of):
    async with page_of("Ada") as page:
        chat = await tapster.chats.create("me", ChatFields(model="local-model"))
        said = await tapster.runs.say("me", chat.id, "hello")
        (began,) = await page.until("run-started", run_id=said.run.id)
        (ended,) = await page.until("run-ended", run_id=said.run.id)
        run = await tapster.runs.get("me", said.run.id)
        await page.until("chat-changed", head=run.message_id)
        going_on = await tapster.runs.continue_("me", run.message_id)
        (again,) = await page.until("run-started", run_id=going_on.id)

    assert began == {
        "type": "run-started",
        "run_id": run.id,
        "chat_id": chat.id,
        "kind": "say",
        "message_id": None,
    }
    assert ended == {
        "type": "run-ended",
        "run_id": run.id,
        "chat_id": chat.id,
        "state": "finished",
    }
    assert (again["kind"], again["message_id"]) == ("continue", run.message_id)


async def test_a_burst_of_changes_is_few_events(tapster, page_of):
    chat = await tapster.chats.create("me")
    async with page_of("Ada") as page:
        async with tapster._store.begin():
            for number in range(50):
                await tapster.chats.rename("me", chat.id, f"title {number}")
        told = await page.until("chat-changed", version=51)
        await told_all(tapster, page)

        assert len(told) == len(page.of("chat-changed")) == 1


async def test_nobody_hears_of_anothers_chats_runs_or_preferences(tapster, page_of, bob):
    async with page_of("Ada") as adas, page_of("Bob") as bobs:
        chat = await tapster.chats.create(bob.id)
        await tapster.preferences.change(bob.id, PreferenceFields(theme="dark"))
        await tapster.chats.create("me")
        await bobs.until("house-changed", noun="preferences")
        await bobs.until("chat-changed", chat_id=chat.id)
        await told_all(tapster, adas)

    assert chat.id not in adas.stream.body.decode()
    assert [name for name, _ in adas.heard] == ["hello", "chat-changed", "run-ended"]


async def test_all_hear_of_connections_and_only_admins_of_keys_and_proxies(tapster, page_of):
    async with page_of("Ada") as adas, page_of("Bob") as bobs:
        await tapster.proxies.add("P", "http://127.0.0.1:9/v1", Secret("a-password-of-it"))
        await tapster.keys.set("own", Secret("sk-good-second-0123456789"))
        await tapster.connections.edit("own", Draft(notes="changed"))
        for page in (adas, bobs):
            await page.until("house-changed", noun="connection")
        await tapster.keys.remove((await tapster.keys.all())[0].key.id)
        await adas.until("house-changed", 2, noun="key")
        await tapster.connections.remove("own")
        await bobs.until("house-changed", 2, noun="connection")

    assert {data["noun"] for data in adas.of("house-changed")} == {"connection", "key", "proxy"}
    assert {data["noun"] for data in bobs.of("house-changed")} == {"connection"}


async def test_pages_hear_when_a_connection_stands_otherwise(tapster, page_of):
    async with MockProvider() as mock:
        draft = Draft(endpoint=f"{mock.url}/compatible/v1", model="local-model")
        await tapster.connections.add("else", "custom", draft, Secret("sk-good-0123456789"))
        async with page_of("Bob") as page:
            await tapster.connections.check("else")
            await page.until("house-changed", noun="connection")


async def test_the_line_ends_with_the_session(tapster, page_of, bob):
    async with page_of("Bob") as page:
        for session in await tapster.sessions.of(bob.id):
            await tapster.sessions.end(bob.id, session.id)
        async with asyncio.timeout(10):
            await page.stream.ended.wait()


async def test_a_page_that_missed_something_is_hung_up_on(tapster, page_of):
    async with page_of("Ada") as page:
        tapster.broadcast.miss()
        async with asyncio.timeout(10):
            await page.stream.ended.wait()

    assert page.heard[0][0] == "hello"


async def test_one_line_too_many_is_refused_with_the_way_out(tapster):
    token = await token_of(tapster, "api")
    followers = Followers(tapster.callers, most_each=1)
    application = make_application(tapster, followers=followers)
    shown = {"authorization": f"Bearer {token}"}
    async with followed(application, "/api/live", **shown) as first:
        await first.until(b"event: hello")
        async with followed(application, "/api/live", **shown) as second:
            await second.ended.wait()

        assert second.status == 429
        assert second.headers["retry-after"]
        assert b"close some of them" in second.body
    assert len(followers) == 0


async def test_without_a_session_there_is_no_line(application):
    async with client_of(application) as stranger:
        assert (await stranger.get("/api/live")).status_code == 401


async def test_another_worker_is_heard_of_through_redis(tmp_path):
    async with redis_prefix():  # skips where there is no Redis
        config = config_in(tmp_path, redis_url=REDIS)
    async with (
        open_tapster(tmp_path, config=config, worker="one") as one,
        open_tapster(tmp_path, config=config, worker="two") as two,
    ):
        for each in (one, two):
            await each.start_runs()
        token = await token_of(one, "api", "admin")
        application = make_application(one)
        async with followed(application, "/api/live", authorization=f"Bearer {token}") as stream:
            page = Page(stream)
            await page.until("hello")
            chat = await two.chats.create("me")
            async with asyncio.timeout(20):
                # Until both have subscribed, words may be lost.
                while not [data for data in page.of("chat-changed") if data["chat_id"] == chat.id]:
                    await two.chats.rename("me", chat.id, "again")
                    await asyncio.sleep(0.1)
            await two.connections.add("new", "custom", Draft(endpoint="http://127.0.0.1:9/v1"))
            await page.until("house-changed", noun="connection")
        for each in (one, two):
            await each.finish(0, hurry=asyncio.Event())
