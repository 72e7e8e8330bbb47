"""How connections stand: told by checks and answers, kept, and forgotten when it may be wrong."""

import asyncio

import pytest

from callers import add_person, client_of, session_of
from tapster.app import Draft
from tapster.core.checks import Standing, State, in_short
from tapster.core.errors import Reason, SourceError
from tapster.core.messages import says
from tapster.core.requests import ChatRequest
from tapster.core.secrets import Secret
from tapster.relay.standings import Standings
from tapster.server.application import make_application
from tapsters import add, open_tapster

HELLO = ChatRequest(model="echo", messages=(says("user", "Hello"),))


async def answer(tapster, connection, request=HELLO):
    """Ask, and wait until what is written behind the answer is there."""
    try:
        async for _ in tapster.relay.stream(connection, request):
            pass
    finally:
        await tapster.relay.standings.aclose()


async def standing_of(tapster, connection):
    return (await tapster.connections.standings()).get(connection.id)


async def test_a_check_is_kept_with_all_it_found(tapster, mock):
    own = await add(tapster, "custom", f"{mock.url}/compatible/v1")

    check = await tapster.connections.check("here")
    standing = await standing_of(tapster, own)

    assert (standing.state, standing.message) == (State.READY, check.message)
    assert (standing.latency, standing.models) == (check.latency, check.models)
    assert standing.tried == check.tried
    assert standing.at > 0


async def test_it_is_there_after_a_restart(tmp_path, mock):
    async with open_tapster(tmp_path) as tapster:
        own = await add(tapster, "custom", f"{mock.url}/compatible/v1", "sk-wrong-0123456789")
        await tapster.connections.check("here")
    async with open_tapster(tmp_path) as tapster:
        standing = await standing_of(tapster, own)

    assert standing.state is State.KEY_REFUSED


async def test_an_answer_that_comes_says_the_connection_is_ready(tapster, mock):
    own = await add(tapster, "custom", f"{mock.url}/compatible/v1")

    await answer(tapster, own)

    assert (await standing_of(tapster, own)).state is State.READY


async def test_a_failed_answer_says_why_and_the_next_good_one_takes_it_back(tapster, mock):
    own = await add(tapster, "custom", f"{mock.url}/compatible/v1", "sk-wrong-0123456789")
    with pytest.raises(SourceError):
        await answer(tapster, own)
    failed = await standing_of(tapster, own)
    (key,) = await tapster.keys.of(own)

    await tapster.keys.rotate(key.id, Secret("sk-good-0123456789"))
    between = await standing_of(tapster, own)
    await answer(tapster, own)

    assert failed.state is State.KEY_REFUSED
    assert "wrong-0123456789" not in f"{failed}"
    assert between is None
    assert (await standing_of(tapster, own)).state is State.READY


async def test_a_name_mistyped_by_a_program_is_no_fault_of_the_connection(tapster, mock):
    own = await add(tapster, "openai", f"{mock.url}/openai/v1")
    nobody = ChatRequest(model="no-such-model", messages=HELLO.messages)
    with pytest.raises(SourceError):
        await answer(tapster, own, nobody)

    assert await standing_of(tapster, own) is None

    edited = await tapster.connections.edit("here", Draft(model="no-such-model"))
    with pytest.raises(SourceError):
        await answer(tapster, edited.connection, nobody)
    assert (await standing_of(tapster, own)).state is State.MODEL_MISSING


async def test_an_answer_leaves_what_a_check_found(tapster, mock):
    own = await add(tapster, "custom", f"{mock.url}/compatible/v1")
    check = await tapster.connections.check("here")
    # Another process, which knows of no check, carries an answer.
    other = Standings(tapster._store, clock=lambda: 9e9)

    other.note_answer(own)
    await other.aclose()

    standing = await standing_of(tapster, own)
    assert (standing.at, standing.models) == (9e9, check.models)


async def test_what_is_forgotten_while_it_waits_to_be_written_stays_forgotten(tapster, mock):
    own = await add(tapster, "custom", f"{mock.url}/compatible/v1")
    standings = Standings(tapster._store)

    async with tapster._store.begin():  # the writer waits for its turn
        standings.note_answer(own)
        await asyncio.sleep(0)
        await standings.forget(own.id)
    await standings.aclose()

    assert own.id not in await standings.all()


async def test_a_failure_noted_while_an_answer_is_written_is_written_after_it(tapster, mock):
    own = await add(tapster, "custom", f"{mock.url}/compatible/v1")
    await tapster.connections.check("here")
    endpoint = await tapster.relay.endpoints.reach(own)
    times = iter([9e9, 9e9 + 1])
    standings = Standings(tapster._store, clock=lambda: next(times))

    async with tapster._store.begin():
        standings.note_answer(own)
        await asyncio.sleep(0)
        standings.note_failure(endpoint, HELLO, SourceError(Reason.BILLING, "Pay first."))
    await standings.aclose()

    standing = (await standings.all())[own.id]
    assert (standing.state, standing.at) == (State.NO_CREDIT, 9e9 + 1)


async def test_while_nothing_changes_it_is_written_twice_a_minute_at_most(tapster, mock):
    own = await add(tapster, "custom", f"{mock.url}/compatible/v1")
    times = iter([100.0, 101.0, 129.9, 130.0, 131.0])
    standings = Standings(tapster._store, clock=lambda: next(times))
    seen = []

    for _ in range(5):
        standings.note_answer(own)
        await standings.aclose()
        seen.append((await standings.all())[own.id].at)

    assert seen == [100.0, 100.0, 100.0, 130.0, 130.0]


async def test_no_answer_waits_for_it(tapster, mock):
    own = await add(tapster, "custom", f"{mock.url}/compatible/v1")
    await answer(tapster, own)  # the key's first success is noted
    await tapster.relay.standings.forget(own.id)

    async with tapster._store.alone():  # nothing can be written
        async with asyncio.timeout(5):
            async for _ in tapster.relay.stream(own, HELLO):
                pass
        early = await standing_of(tapster, own)
    await tapster.relay.standings.aclose()

    assert early.state is State.READY  # known here before it is written
    async with tapster._store.read() as rows:
        assert (await rows.standings.get(own.id)).state is State.READY


@pytest.mark.parametrize(
    "draft", [Draft(endpoint="http://127.0.0.1:9/v1"), Draft(model="other")], ids=str
)
async def test_it_is_forgotten_when_the_connection_leads_elsewhere(tapster, mock, draft):
    own = await add(tapster, "custom", f"{mock.url}/compatible/v1")
    await tapster.connections.check("here")

    await tapster.connections.edit("here", Draft(notes="mine"))
    kept = await standing_of(tapster, own)
    await tapster.connections.edit("here", draft)

    assert kept.state is State.READY
    assert await standing_of(tapster, own) is None


async def test_a_changed_proxy_preset_is_forgotten_for_those_who_use_it(tapster, mock):
    proxy = await tapster.proxies.add("P", f"{mock.url}/compatible/v1")
    own = await add(tapster, "openai", None, None, proxy=proxy.name)
    await tapster.connections.check("here")
    known = await standing_of(tapster, own)

    await tapster.proxies.edit("P", url=f"{mock.url}/other/v1")

    assert known is not None
    assert await standing_of(tapster, own) is None


async def test_a_ready_made_connection_has_one_while_the_process_runs(tmp_path, mock):
    async with open_tapster(tmp_path, environment={"OPENAI_API_KEY": "sk-x"}) as tapster:
        usual = await tapster.connections.find("openai")
        await tapster.relay.standings.note_check(usual, await tapster.connections.check("local"))

        assert (await standing_of(tapster, usual)).state


def test_every_state_is_told_in_short():
    for state in State:
        told = in_short(
            Standing(state=state, message="at http://secret/", at=1, words="w", endpoint="e")
        )
        assert told.message.endswith(".")
        assert "secret" not in str(told)
        assert (told.words, told.endpoint, told.tried) == (None, None, ())


async def test_a_member_is_told_the_state_and_not_where_it_leads(tapster):
    await add(tapster, "custom", "http://127.0.0.1:9/v1")
    await tapster.connections.check("here")
    await add_person(tapster, "Ada")
    await add_person(tapster, "Bob")
    application = make_application(tapster)
    shown = {}
    for name in ("Ada", "Bob"):
        async with client_of(application, session=await session_of(tapster, name)) as http:
            (own, *_) = (await http.get("/api/connections")).json()
            again = (await http.get(f"/api/connections/{own['id']}")).json()
            assert again == own
            shown[name] = own["status"]

    assert shown["Ada"]["tried"][0]["url"] == "http://127.0.0.1:9/v1"
    assert shown["Bob"]["message"] == "Its address cannot be reached."
    assert shown["Bob"]["state"] == shown["Ada"]["state"] == "unreachable"
    assert shown["Bob"]["at"] == shown["Ada"]["at"]
    assert "127.0.0.1" not in str(shown["Bob"])
