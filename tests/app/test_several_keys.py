"""Several keys of one connection: labels, which comes first, and copies of the connection."""

import pytest

from scripted_transport import Scripted, ScriptedTransport, streamed
from tapster.app import Draft
from tapster.core.errors import InvalidInput, NotFound
from tapster.core.messages import says
from tapster.core.requests import ChatRequest
from tapster.core.secrets import Secret
from tapster.relay import Trail, tries_of
from tapsters import add, open_tapster

KEYS = [f"sk-good-number-000{each}" for each in range(3)]


def shown_in(mock):
    """Return the last character of the key each request showed, in order."""
    return [
        request.headers["authorization"][-1]
        for request in mock.requests
        if request.method == "POST"
    ]


async def ask(tapster, connection, **more):
    request = ChatRequest(model="echo", messages=(says("user", "Hi"),))
    async for _ in tapster.relay.stream(connection, request, **more):
        pass


@pytest.fixture
async def own(tapster, mock):
    connection = await add(tapster, "openai", f"{mock.url}/openai/v1", KEYS[0])
    for each in KEYS[1:]:
        await tapster.keys.set("here", Secret(each), label=f"label {each[-1]}")
    return connection


async def test_keys_take_turns(tapster, mock, own):
    for _ in range(6):
        await ask(tapster, own)

    assert sorted(shown_in(mock)) == ["0", "0", "1", "1", "2", "2"]


async def test_the_first_key_is_used_before_the_others(tapster, mock, own):
    (_, _, last) = await tapster.keys.of(own)

    first = await tapster.keys.put_first(last.id)
    for _ in range(4):
        await ask(tapster, own)

    assert shown_in(mock) == ["2"] * 4
    assert [key.last4 for key in await tapster.keys.of(own)] == ["0002", "0000", "0001"]
    again = await tapster.keys.put_first(last.id, first=False)
    assert (first.rank, again.rank) == (-1, 0)
    mock.requests.clear()
    for _ in range(6):
        await ask(tapster, own)
    assert sorted(shown_in(mock)) == ["0", "0", "1", "1", "2", "2"]


async def test_the_others_stand_in_when_the_first_is_refused(tapster, mock, own):
    (key, *_) = await tapster.keys.of(own)
    await tapster.keys.put_first(key.id)
    await tapster.keys.rotate(key.id, Secret("sk-wrong-number-0009"))

    await ask(tapster, own)

    assert shown_in(mock)[0] == "9"
    assert shown_in(mock)[1] in {"1", "2"}


async def test_what_is_told_of_a_failed_try_names_no_key_however_short(tmp_path):
    transport = ScriptedTransport(
        Scripted({"error": {"message": "No such key: CANARY-9"}}, status=401),
        streamed({"choices": [{"delta": {"content": "Hi"}, "finish_reason": "stop"}]}, "[DONE]"),
    )
    trail = Trail()
    async with open_tapster(tmp_path, transport=transport) as tapster:
        own = await add(tapster, "custom", "http://127.0.0.1:9/v1", "CANARY-9")
        (wrong,) = await tapster.keys.of(own)
        await tapster.keys.set("here", Secret("another-key-10"))
        await tapster.keys.put_first(wrong.id)
        await ask(tapster, own, trail=trail)

    (failed,) = tries_of(trail, in_full=True)
    assert "No such key" in failed.message
    assert "CANARY" not in failed.message


async def test_a_later_first_comes_before_an_earlier_one(tapster, own):
    (one, two, three) = await tapster.keys.of(own)

    await tapster.keys.put_first(two.id)
    await tapster.keys.put_first(three.id)

    assert [key.id for key in await tapster.keys.of(own)] == [three.id, two.id, one.id]


@pytest.mark.parametrize("back", [True, False], ids=["same-address", "new-address"])
async def test_a_detached_key_that_is_entered_again_keeps_its_place(tapster, mock, own, back):
    (_, two, three) = await tapster.keys.of(own)
    await tapster.keys.put_first(two.id)
    await tapster.keys.put_first(three.id)
    await tapster.connections.edit("here", Draft(endpoint="http://127.0.0.1:9/v1"))
    if back:
        await tapster.connections.edit("here", Draft(endpoint=own.endpoint))

    for each in KEYS:
        await tapster.keys.set("here", Secret(each))

    keys = await tapster.keys.of(own)
    assert [key.last4 for key in keys if key.state == "active"] == ["0002", "0001", "0000"]
    assert len(keys) == (3 if back else 6)


async def test_keys_carried_to_another_installation_keep_their_places(tapster, tmp_path, own):
    (*_, last) = await tapster.keys.of(own)
    await tapster.keys.put_first(last.id)
    sealed = await tapster.keys.export(Secret("carry me over"))

    async with open_tapster(tmp_path / "another") as another:
        there = await another.connections.add("here", "openai", Draft(endpoint=own.endpoint))
        await another.keys.import_file(sealed, Secret("carry me over"))
        keys = await another.keys.of(there)

    assert [key.last4 for key in keys] == ["0002", "0000", "0001"]


async def test_a_key_is_called_something_else_and_still_opens(tapster, mock, own):
    (key, *_) = await tapster.keys.of(own)

    relabelled = await tapster.keys.relabel(key.id, "  Work  ")

    assert relabelled.label == "Work"
    assert (await tapster.keys.find(key.id)).label == "Work"
    await tapster.keys.open_all()


@pytest.mark.parametrize("label", ["x" * 201, "two\nlines"])
async def test_a_label_nobody_could_read_is_refused(tapster, own, label):
    (key, *_) = await tapster.keys.of(own)

    with pytest.raises(InvalidInput) as refused:
        await tapster.keys.relabel(key.id, label)
    with pytest.raises(InvalidInput):
        await tapster.keys.set("here", Secret("sk-good-another-0008"), label=label)

    assert refused.value.field == "label"


async def test_a_key_that_is_not_there_is_said(tapster):
    with pytest.raises(NotFound):
        await tapster.keys.put_first("nobody")


async def test_a_copy_of_a_connection_has_its_keys_for_the_same_address(tapster, mock, own):
    (first, *_) = await tapster.keys.of(own)
    await tapster.keys.put_first(first.id)

    copy = await tapster.connections.duplicate("here")
    second = await tapster.connections.duplicate("here")
    keys = await tapster.keys.of(copy)
    await tapster.keys.remove(first.id)
    await ask(tapster, copy)

    assert (copy.name, second.name) == ("here (copy)", "here (copy) 2")
    assert (copy.source, copy.endpoint) == (own.source, own.endpoint)
    assert [key.last4 for key in keys] == ["0000", "0001", "0002"]
    assert {key.origin for key in keys} == {first.origin}
    assert not {key.id for key in keys} & {key.id for key in await tapster.keys.of(own)}
    assert shown_in(mock) == ["0"]


async def test_a_copy_has_the_password_of_its_outbound_proxy_and_no_detached_key(tapster):
    own = await add(tapster, "openai", None, outbound_proxy="http://me:secret@127.0.0.1:3128")
    await tapster.connections.edit("here", Draft(endpoint="http://127.0.0.1:9/v1"))

    copy = await tapster.connections.duplicate("here", "other")

    kinds = {each.kind for each in await tapster.keys.all() if copy.id in each.key.owner}
    assert own.outbound_proxy == copy.outbound_proxy
    assert kinds == {"outbound"}


@pytest.mark.parametrize("name", ["here", "local", "!!!"])
async def test_a_name_that_cannot_be_is_refused_and_nothing_is_saved(tapster, own, name):
    before = await tapster.keys.all()

    with pytest.raises(Exception, match=r"(?i)name"):
        await tapster.connections.duplicate("here", name)

    assert await tapster.keys.all() == before
    assert [each.name for each in await tapster.connections.all() if not each.ready_made] == [
        "here"
    ]


async def test_a_copy_of_one_from_the_environment_is_saved_with_its_key(tmp_path):
    async with open_tapster(tmp_path, environment={"OPENAI_API_KEY": KEYS[0]}) as tapster:
        copy = await tapster.connections.duplicate("openai")
        (key,) = await tapster.keys.of(copy)

    assert not copy.ready_made
    assert copy.environment is None
    assert key.last4 == "0000"
