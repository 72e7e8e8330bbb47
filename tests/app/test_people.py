"""Accounts, sessions and backoff: who there is, and how they come in."""

import asyncio

import pytest
from sqlalchemy import text

from databases import KINDS, database_of
from mock_provider import MockProvider
from tapster.app.backoff import Backoff, begin_all
from tapster.core.chats import ChatFields
from tapster.core.errors import Conflict, InvalidInput, NotFound, NotSignedIn, TooOften
from tapster.core.messages import File, Text
from tapster.core.people import ME
from tapster.core.run_events import RunText
from tapster.core.secrets import Secret
from tapsters import add, config_in, open_tapster

PASSWORD = Secret("correct horse battery")


@pytest.fixture(params=KINDS)
def database(request, tmp_path):
    with database_of(request.param, tmp_path) as url:
        yield url


@pytest.fixture
async def tapster(tmp_path, database):
    config = config_in(tmp_path, database_url=database)
    async with open_tapster(tmp_path, config=config) as tapster:
        yield tapster


async def test_there_is_one_person_from_the_start_who_needs_no_password(tapster):
    (me,) = await tapster.people.all()

    person, secret = await tapster.sessions.enter(agent="a browser")

    assert (me.id, me.role) == (ME, "admin")
    assert person == me
    assert (await tapster.callers.find(secret.reveal())).person == me
    assert not await tapster.people.are_secured()


async def test_the_first_account_becomes_that_person_and_owns_what_is_there(tapster):
    token, _ = await tapster.tokens.create("before")

    ada = await tapster.people.add("Ada", PASSWORD, role="member")

    assert (ada.id, ada.role) == (ME, "admin")
    assert [each.name for each in await tapster.people.all()] == ["Ada"]
    assert [each.id for each in await tapster.tokens.of(ada.id)] == [token.id]


async def test_with_the_first_password_everyone_signs_in(tapster):
    _, before = await tapster.sessions.enter()

    await tapster.people.add("Ada", PASSWORD)

    assert await tapster.sessions.enter() is None
    assert await tapster.callers.find(before.reveal()) is None
    person, secret = await tapster.sessions.sign_in("ADA", PASSWORD, address="here")
    assert person.name == "Ada"
    assert (await tapster.callers.find(secret.reveal())).person == person


async def test_the_second_account_is_somebody_else(tapster):
    await tapster.people.add("Ada", PASSWORD)

    bob = await tapster.people.add("Bob", PASSWORD)

    assert bob.id != ME
    assert bob.role == "member"


@pytest.mark.parametrize("name", ["ada", " ADA ", "\uff21da"])
async def test_a_name_is_given_once_however_it_is_written(tapster, name):
    await tapster.people.add("Ada", PASSWORD)

    with pytest.raises(Conflict, match="Ada"):
        await tapster.people.add(name, PASSWORD)


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "a\nb", "a\x00b", "\u202egnal"])
async def test_a_name_nobody_can_read_is_refused(tapster, name):
    with pytest.raises(InvalidInput) as refused:
        await tapster.people.add(name, PASSWORD)

    assert refused.value.field == "name"


async def test_there_always_is_an_admin_who_can_sign_in(tapster):
    await tapster.people.add("Ada", PASSWORD)
    await tapster.people.add("Bob", PASSWORD)
    for change in ({"role": "member"}, {"disabled": True}):
        with pytest.raises(Conflict, match="only admin"):
            await tapster.people.change("Ada", **change)
    with pytest.raises(Conflict, match="only admin"):
        await tapster.people.remove("Ada")

    await tapster.people.change("Bob", role="admin")

    assert (await tapster.people.change("Ada", role="member")).role == "member"
    with pytest.raises(Conflict, match="first account"):
        await tapster.people.remove("Ada")


async def test_a_removed_persons_sessions_and_tokens_go_with_them(tapster):
    await tapster.people.add("Ada", PASSWORD)
    bob = await tapster.people.add("Bob", PASSWORD)
    _, session = await tapster.sessions.sign_in("Bob", PASSWORD, address="here")
    _, token = await tapster.tokens.create("his", owner=bob.id, scopes=("api",))

    await tapster.people.remove("Bob")

    assert await tapster.callers.find(session.reveal()) is None
    assert await tapster.callers.find(token.reveal()) is None
    assert await tapster.tokens.of(bob.id) == ()
    with pytest.raises(NotFound):
        await tapster.people.find("Bob")


async def test_no_word_of_a_removed_person_is_left_though_an_answer_is_being_written(tapster):
    async with MockProvider() as mock:
        await add(tapster, "custom", f"{mock.url}/compatible/v1", model="local-model")
        await tapster.start_runs()
        await tapster.people.add("Ada", PASSWORD)
        bob = await tapster.people.add("Bob", PASSWORD)
        file = await tapster.chats.attachments.add(
            bob.id, b"CANARY in a file", name="CANARY", media_type="text/plain"
        )
        chat = await tapster.chats.create(bob.id, ChatFields(title="CANARY", system="CANARY"))
        image = File(url=f"attachment:{file.id}", name="CANARY")
        first = await tapster.chats.tree.say(bob.id, chat.id, (Text("a CANARY"), image))
        await tapster.chats.tree.edit(bob.id, first.id, "another CANARY")
        run = (await tapster.runs.say(bob.id, chat.id, "mock:long@100000@0.02\nCANARY")).run
        async with asyncio.timeout(60):
            async for event in tapster.runs.follow(bob.id, run.id):
                if isinstance(event, RunText):
                    break

        await tapster.people.remove("Bob", with_chats=True)

        assert tapster.runs.running == 0
        backup = await tapster.backups.create()
    raw = (tapster.config.backups_dir / f"{backup.name}.backup").read_bytes()
    assert b"CANARY" not in raw
    for thing in (bob, chat, file, run):
        assert thing.id.encode() not in raw
    for table in ("chats", "messages", "editions", "runs", "run_pieces", "journal", "attachments"):
        assert backup.contents.counts[table] == 0
    async with tapster._store.read() as rows:
        left = await rows.chats._transaction.fetch(text("SELECT count(*) FROM message_words"))
    assert left[0][0] == 0


async def test_a_person_who_stays_because_of_their_chats_is_as_before(tapster):
    await tapster.people.add("Ada", PASSWORD)
    bob = await tapster.people.add("Bob", PASSWORD)
    await tapster.chats.create(bob.id)
    _, session = await tapster.sessions.sign_in("Bob", PASSWORD, address="here")

    with pytest.raises(Conflict, match="one chat"):
        await tapster.people.remove("Bob")

    assert await tapster.callers.find(session.reveal()) is not None


async def test_two_people_may_call_their_tokens_alike(tapster):
    await tapster.people.add("Ada", PASSWORD)
    bob = await tapster.people.add("Bob", PASSWORD)
    await tapster.tokens.create("laptop")
    await tapster.tokens.create("laptop", owner=bob.id)

    with pytest.raises(InvalidInput, match="id of one"):
        await tapster.tokens.revoke("laptop")

    await tapster.tokens.revoke("laptop", owner=bob.id)
    assert len(await tapster.tokens.all()) == 1


async def test_ones_own_password_takes_the_current_one_to_change(tapster):
    ada = await tapster.people.add("Ada", PASSWORD)
    _, here = await tapster.sessions.sign_in("Ada", PASSWORD, address="here")
    _, there = await tapster.sessions.sign_in("Ada", PASSWORD, address="there")
    mine = (await tapster.callers.find(here.reveal())).session

    with pytest.raises(InvalidInput) as refused:
        await tapster.people.change_own_password(ada, Secret("guess"), PASSWORD, keep=mine.id)
    await tapster.people.change_own_password(
        ada, PASSWORD, Secret("another password"), keep=mine.id
    )

    assert refused.value.field == "current"
    assert await tapster.callers.find(here.reveal()) is not None
    assert await tapster.callers.find(there.reveal()) is None
    with pytest.raises(NotSignedIn):
        await tapster.sessions.sign_in("Ada", PASSWORD, address="here")


async def test_sessions_do_not_grow_without_end(tapster):
    first, last = None, None
    for _ in range(55):
        _, last = await tapster.sessions.enter()
        first = first or last

    assert len(await tapster.sessions.of(ME)) == 50
    assert await tapster.callers.find(last.reveal()) is not None


async def test_sessions_nobody_came_back_to_go_before_one_in_use(tapster):
    _, mine = await tapster.sessions.enter()
    used = (await tapster.callers.find(mine.reveal())).session
    for _ in range(60):
        _, last = await tapster.sessions.enter()

    tapster.callers.forget()

    assert (await tapster.callers.find(mine.reveal())).session.seen_at > used.created_at
    assert await tapster.callers.find(last.reveal()) is not None
    assert len(await tapster.sessions.of(ME)) == 50


async def test_a_session_in_use_is_noted_once_a_minute(tmp_path, database):
    clock = Clock()
    config = config_in(tmp_path, database_url=database)
    async with open_tapster(tmp_path, config=config, clock=clock) as tapster:
        _, secret = await tapster.sessions.enter()
        seen = []
        for _ in range(10):
            clock.now += 20
            await tapster.callers.find(secret.reveal())
            seen.append((await tapster.sessions.of(ME))[0].seen_at)

    assert seen == [120, 120, 120, 180, 180, 180, 240, 240, 240, 300]


async def test_a_token_for_everything_is_not_limited_to_some(tapster):
    for wrong in (
        {"scopes": ("api",), "models": ("own/x",)},
        {"scopes": ("api", "admin"), "connections": ("own",)},
        {"scopes": ("admin",)},
    ):
        with pytest.raises(InvalidInput) as refused:
            await tapster.tokens.create("x", **wrong)
        assert refused.value.field == "scopes"


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_each_wrong_try_after_the_first_few_waits_twice_as_long():
    clock = Clock()
    backoff = Backoff(free=3, longest=60, clock=clock)
    waits = []
    for _ in range(11):
        backoff.begin("ada")
        waits.append(backoff._tries["ada"].until - clock.now)
        clock.now += waits[-1]

    assert waits == [0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_try_that_was_right_forgets_the_wrong_ones():
    clock = Clock()
    backoff = Backoff(free=3, clock=clock)
    for _ in range(10):
        backoff.begin("ada")
        backoff.succeed("ada")


def test_waiting_is_not_made_longer_by_asking_meanwhile():
    clock = Clock()
    backoff = Backoff(free=1, clock=clock)
    backoff.begin("ada")
    for _ in range(100):
        with pytest.raises(TooOften):
            backoff.begin("ada")

    clock.now += 1

    backoff.begin("ada")


def test_a_try_that_one_of_several_counts_refuses_is_counted_by_none():
    clock = Clock()
    free, strict = Backoff(free=3, clock=clock), Backoff(free=1, clock=clock)
    begin_all([(free, "ada"), (strict, "here")])
    for _ in range(10):
        with pytest.raises(TooOften):
            begin_all([(free, "ada"), (strict, "here")])

    free.begin("ada")


async def test_tries_for_other_names_through_a_proxy_shut_nobody_out(tapster):
    await tapster.people.add("Ada", PASSWORD)
    for number in range(60):
        with pytest.raises(NotSignedIn):
            await tapster.sessions.sign_in(f"name {number}", PASSWORD, address="")

    person, _ = await tapster.sessions.sign_in("Ada", PASSWORD, address="")

    assert person.name == "Ada"


async def test_guesses_for_one_account_from_many_addresses_are_slowed_down(tapster):
    await tapster.people.add("Ada", PASSWORD)
    wrong = Secret("a wrong password")
    for number in range(50):
        with pytest.raises(NotSignedIn):
            await tapster.sessions.sign_in("Ada", wrong, address=f"10.0.0.{number}")

    with pytest.raises(TooOften) as refused:
        for number in range(50, 60):
            with pytest.raises(NotSignedIn):
                await tapster.sessions.sign_in("Ada", wrong, address=f"10.0.0.{number}")

    assert refused.value.retry_after <= 30


async def test_knowing_one_password_is_no_way_to_guess_others_from_one_address(tapster):
    await tapster.people.add("Ada", PASSWORD)
    with pytest.raises(TooOften):
        for number in range(60):
            with pytest.raises(NotSignedIn):
                await tapster.sessions.sign_in(f"name {number}", PASSWORD, address="10.0.0.1")
            if number < 25:
                await tapster.sessions.sign_in("Ada", PASSWORD, address="10.0.0.1")


def test_no_more_names_are_remembered_than_fit():
    backoff = Backoff(clock=Clock())
    for n in range(10_100):
        backoff.begin(str(n))

    assert len(backoff._tries) == 10_000
