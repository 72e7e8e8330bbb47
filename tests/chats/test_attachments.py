import itertools

import pytest

from talks import ME, YOU
from tapster.chats import Chats
from tapster.chats.attachments import MOST_BYTES
from tapster.core.errors import Conflict, InvalidInput, NotFound
from tapster.core.messages import File, Image, Text

PICTURE = bytes(range(256)) * 4


async def test_a_file_comes_back_byte_for_byte(chats):
    kept = await chats.attachments.add(ME, PICTURE, name="Tap ☕.png", media_type="image/PNG")

    assert await chats.attachments.get(ME, kept.id) == kept
    assert await chats.attachments.read(ME, kept.id) == PICTURE
    assert (kept.size, kept.media_type, len(kept.digest)) == (1024, "image/png", 64)


async def test_a_message_refers_to_files_of_its_own_person_only(chats):
    mine = await chats.attachments.add(ME, b"mine", name="a.txt", media_type="text/plain")
    yours = await chats.attachments.add(YOU, b"yours", name="b.txt", media_type="text/plain")
    chat = await chats.create(ME)

    parts = (Text("See"), File(url=f"attachment:{mine.id}"), Image(url=f"attachment:{mine.id}"))
    said = await chats.tree.say(ME, chat.id, parts)

    assert (await chats.windows.message(ME, said.id)).message.parts == parts
    for refused in (yours.id, "unknown", ""):
        with pytest.raises(InvalidInput, match="does not exist"):
            await chats.tree.say(ME, chat.id, (File(url=f"attachment:{refused}"),))


async def test_a_file_that_is_referred_to_stays_until_its_chat_goes_for_good(chats):
    kept = await chats.attachments.add(ME, b"kept", name="a.txt", media_type="text/plain")
    chat = await chats.create(ME)
    said = await chats.tree.say(ME, chat.id, (File(url=f"attachment:{kept.id}"),))
    await chats.tree.edit(ME, said.id, "no file")

    with pytest.raises(Conflict, match="refers to this file"):
        await chats.attachments.remove(ME, kept.id)
    await chats.delete(ME, chat.id)
    await chats.purge(ME, chat.id)

    with pytest.raises(NotFound):
        await chats.attachments.read(ME, kept.id)


async def test_a_file_stays_as_long_as_another_chat_uses_it_and_so_does_one_never_used(chats):
    shared = await chats.attachments.add(ME, b"shared", name="a.txt", media_type="text/plain")
    unsent = await chats.attachments.add(ME, b"unsent", name="b.txt", media_type="text/plain")
    yours = await chats.attachments.add(YOU, b"yours", name="c.txt", media_type="text/plain")
    chat = await chats.create(ME)
    await chats.tree.say(ME, chat.id, (File(url=f"attachment:{shared.id}"),))
    branch = await chats.duplicate(ME, chat.id)

    await chats.delete(ME, chat.id)
    await chats.purge(ME, chat.id)
    assert await chats.attachments.read(ME, shared.id) == b"shared"
    await chats.delete(ME, branch.id)
    await chats.purge(ME, branch.id)

    with pytest.raises(NotFound):
        await chats.attachments.read(ME, shared.id)
    assert await chats.attachments.read(ME, unsent.id) == b"unsent"
    assert await chats.attachments.read(YOU, yours.id) == b"yours"


async def test_the_files_of_one_person_have_a_limit_that_unsent_ones_make_room_in(
    store, monkeypatch
):
    monkeypatch.setattr("tapster.chats.attachments.MOST_OF_ONE", 10)
    ids, now = itertools.count(1), [1_000_000.0]
    chats = Chats(store, new_id=lambda: f"id{next(ids)}", clock=lambda: now[0])

    async def add(owner, size):
        return await chats.attachments.add(
            owner, b"x" * size, name="a.txt", media_type="text/plain"
        )

    used, unsent = await add(ME, 5), await add(ME, 5)
    chat = await chats.create(ME)
    await chats.tree.say(ME, chat.id, (File(url=f"attachment:{used.id}"),))
    await add(YOU, 10)
    with pytest.raises(InvalidInput, match="in all") as refused:
        await add(ME, 1)
    now[0] += 100_000
    await add(ME, 5)

    assert refused.value.field == "content"
    assert await chats.attachments.read(ME, used.id) == b"xxxxx"
    with pytest.raises(NotFound):
        await chats.attachments.read(ME, unsent.id)
    with pytest.raises(InvalidInput):
        await add(ME, 6)


async def test_anothers_file_is_unknown(chats):
    yours = await chats.attachments.add(YOU, b"x", name="a.txt", media_type="text/plain")

    for ask in (chats.attachments.get, chats.attachments.read, chats.attachments.remove):
        for given in (yours.id, "unknown", "\x00", "\ud800"):
            with pytest.raises(NotFound, match="no such attachment"):
                await ask(ME, given)


@pytest.mark.parametrize(
    ("content", "name", "media_type", "field"),
    [
        (bytes(MOST_BYTES + 1), "a", "text/plain", "content"),
        (b"", " ", "text/plain", "name"),
        (b"", "a\x00", "text/plain", "name"),
        (b"", "a", "text", "media_type"),
        (b"", "a", "text/html\r\nSet-Cookie: a=b", "media_type"),
    ],
)
async def test_a_file_that_cannot_be_kept_is_refused_by_name(
    chats, content, name, media_type, field
):
    with pytest.raises(InvalidInput) as told:
        await chats.attachments.add(ME, content, name=name, media_type=media_type)

    assert told.value.field == field
