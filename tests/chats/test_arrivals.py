"""Chats on their way in: others write meanwhile, and nobody meets one that is not all there."""

import asyncio
import base64
import hashlib
import itertools
import json
import secrets

import pytest

from talks import ME, YOU, shown, talk
from tapster.chats import Imports
from tapster.core.chats import Chat, ChatMessage
from tapster.core.errors import Conflict, NotFound, StoreError
from tapster.core.messages import File, Text

NOW = 1_000_000.0
MUCH_LATER = NOW + 3_600.0


def imports_of(store, chats, *, clock=lambda: NOW):
    async def known():
        return ()

    return Imports(
        store,
        chats.attachments,
        connections=known,
        new_id=lambda: secrets.token_hex(16),
        clock=clock,
    )


def document(count, *, words="a rare needle"):
    """Return the file of a chat of `count` messages below each other, edited once, one named."""
    messages = [
        {
            "role": "user",
            "below": place or None,
            "parts": [{"type": "text", "text": f"{words} {place}"}],
            "earlier": [{"parts": [{"type": "text", "text": "before"}]}],
        }
        for place in range(count)
    ]
    return json.dumps(
        {
            "format": "tapster-chat",
            "version": 1,
            "chat": {"title": "Long", "head": count},
            "messages": messages,
            "names": [{"message": 1, "name": "the beginning"}],
        }
    ).encode()


async def half_a_chat(store, chats, *, owner=ME, at=NOW):
    """Leave behind what a process does that is killed while it brings a chat in."""
    file = await chats.attachments.add(owner, b"bytes", name="a.txt", media_type="text/plain")
    chat = Chat(id="half", owner=owner, title="Half", head="half-1")
    parts = (Text("a rare needle"), File(name="a.txt", url=f"attachment:{file.id}"))
    messages = [
        ChatMessage(id=f"half-{place}", chat_id=chat.id, role="user", parts=parts)
        for place in range(120)
    ]
    async with store.begin() as rows:
        await rows.arrivals.begin(chat, at=at)
    async with store.begin() as rows:
        await rows.arrivals.go_on(chat, at=at)
        await rows.messages.add_all(messages)
    return chat, file


async def what_is_kept(store, chat_id):
    async with store.read() as rows:
        return await rows.chats.by_id(chat_id), await rows.messages.of(chat_id)


async def test_others_say_something_while_a_long_chat_comes_in(store, chats):
    other, _ = await talk(chats, "one")

    arriving = asyncio.create_task(imports_of(store, chats).read(ME, document(1_500)))
    said = [await chats.tree.say(ME, other, f"meanwhile {turn}") for turn in range(5)]
    (chat,) = (await arriving).chats

    async with store.read() as rows:
        last = (await rows.messages.of(chat.id))[-1]
    assert all(each.number < last.number for each in said)
    assert len(await shown(chats, chat.id)) == 500
    assert (
        (await chats.windows.open(ME, chat.id, limit=1)).messages[0].message.text.endswith("1499")
    )


@pytest.mark.parametrize("turns", [1, 3, 9])
async def test_an_import_that_breaks_between_two_pieces_leaves_nothing(store, chats, turns):
    left = turns

    def breaks():
        nonlocal left
        left -= 1
        if left < 0:
            raise ZeroDivisionError
        return NOW

    with pytest.raises(ZeroDivisionError):
        await imports_of(store, chats, clock=breaks).read(ME, document(400))

    assert (await chats.list(ME)).chats == ()
    assert (await chats.search(ME, "needle")).hits == ()
    async with store.read() as rows:
        assert await rows.arrivals.forsaken(since=MUCH_LATER) == ()


async def test_an_import_given_up_while_it_is_handed_over_stays_whole(store, chats):
    value = json.loads(document(120))
    value["messages"][0]["parts"].append({"type": "file", "name": "a", "url": "attachment:1"})
    value["files"] = [
        {
            "number": 1,
            "name": "a",
            "media_type": "text/plain",
            "digest": hashlib.sha256(b"bytes").hexdigest(),
            "content": base64.b64encode(b"bytes").decode(),
        }
    ]
    arriving = asyncio.create_task(imports_of(store, chats).read(ME, json.dumps(value).encode()))
    # Told is what a chat's owner may see: it is committed, and nobody knows of it yet.
    store.tell(lambda _owner, _news: arriving.cancel())

    with pytest.raises(asyncio.CancelledError):
        await arriving

    (listed,) = (await chats.list(ME)).chats
    messages = (await what_is_kept(store, listed.id))[1]
    assert len(messages) == 120
    assert (await chats.search(ME, "needle")).hits
    (file,) = [part for message in messages for part in message.parts if isinstance(part, File)]
    assert await chats.attachments.get(ME, file.url.removeprefix("attachment:"))


async def test_half_a_chat_is_met_nowhere(store, chats):
    chat, _ = await half_a_chat(store, chats)

    assert (await chats.list(ME)).chats == (await chats.list(ME, deleted=True)).chats == ()
    assert (await chats.search(ME, "needle")).hits == ()
    for look in (
        chats.get(ME, chat.id),
        chats.find(ME, chat.id),
        chats.windows.open(ME, chat.id),
        chats.windows.message(ME, "half-0"),
        chats.restore(ME, chat.id),
        chats.delete(ME, chat.id),
    ):
        with pytest.raises(NotFound):
            await look


async def test_what_comes_in_as_a_whole_is_found_by_its_words_and_only_by_its_owner(store, chats):
    (chat,) = (await imports_of(store, chats).read(ME, document(120))).chats

    assert {hit.chat_id for hit in (await chats.search(ME, "needle")).hits} == {chat.id}
    assert (await chats.search(YOU, "needle")).hits == ()


async def test_what_a_killed_process_left_is_removed_by_a_later_import(store, chats):
    chat, file = await half_a_chat(store, chats)

    await imports_of(store, chats, clock=lambda: MUCH_LATER).read(YOU, document(1))

    assert await what_is_kept(store, chat.id) == (None, ())
    with pytest.raises(NotFound):
        await chats.attachments.get(ME, file.id)


async def test_leftovers_that_cannot_be_removed_stop_no_import(store, chats):
    looks = itertools.count(1)

    def clock():
        if next(looks) == 2:  # for what stood still too long
            raise StoreError("The database is busy.")
        return NOW

    (chat,) = (await imports_of(store, chats, clock=clock).read(ME, document(1))).chats

    assert (await chats.get(ME, chat.id)).title == "Long"


async def test_an_import_that_goes_on_elsewhere_is_left_alone(store, chats):
    chat, _ = await half_a_chat(store, chats)

    await imports_of(store, chats, clock=lambda: NOW + 60).read(YOU, document(1))
    async with store.begin() as rows:
        await rows.arrivals.end(chat)

    assert (await chats.get(ME, chat.id)).title == "Half"
    assert len((await what_is_kept(store, chat.id))[1]) == 120


async def test_who_slept_too_long_finds_their_import_given_up(store, chats):
    chat, _ = await half_a_chat(store, chats)
    async with store.begin() as rows:
        await rows.arrivals.forsaken(since=MUCH_LATER)

    for step in ("go_on", "end"):
        with pytest.raises(Conflict, match="Nothing was imported"):
            async with store.begin() as rows:
                arrivals = rows.arrivals
                await (arrivals.end(chat) if step == "end" else arrivals.go_on(chat, at=NOW))


async def test_with_a_person_what_is_on_its_way_to_them_goes(store, chats):
    chat, _ = await half_a_chat(store, chats, owner=YOU)

    async with store.begin() as rows:
        await rows.chats.remove_of(YOU)
        await rows.attachments.remove_of(YOU)

    assert await what_is_kept(store, chat.id) == (None, ())


async def test_nothing_comes_to_an_account_that_was_removed_before_it_began(store, chats):
    async with store.begin() as rows:
        await rows.people.remove(YOU)

    with pytest.raises(Conflict, match="account it was meant for was removed"):
        await imports_of(store, chats).read(YOU, document(120))

    assert (await chats.list(YOU)).chats == ()
    async with store.read() as rows:
        assert await rows.arrivals.forsaken(since=MUCH_LATER) == ()
