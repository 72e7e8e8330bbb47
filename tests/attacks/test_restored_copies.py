"""Line 26: a backup that is brought back as copies, and ids that are taken already."""

import hashlib
import sqlite3
from contextlib import closing

import pytest

from databases import KINDS, database_of
from tapster.core.messages import File
from tapster.core.people import ME
from tapsters import config_in, open_tapster

BOB = "b" * 32
MARK = b"tapster-backup-1"
TAIL = len(MARK) + 32


@pytest.fixture(params=KINDS)
async def tapster(request, tmp_path):
    with database_of(request.param, tmp_path) as url:
        config = config_in(tmp_path, database_url=url)
        async with open_tapster(tmp_path, config=config) as tapster:
            yield tapster


async def words_in(tapster, owner, chat_id):
    window = await tapster.chats.windows.open(owner, chat_id)
    return [each.message.text for each in window.messages]


async def test_copies_have_ids_of_their_own_and_change_nothing_there_is(tapster):
    chats = tapster.chats
    chat = await chats.create(ME)
    message = await chats.tree.say(ME, chat.id, "as it was")
    place = await chats.views.checkpoint(ME, message.id, "a place")
    backup = await tapster.backups.create()
    await chats.tree.edit(ME, message.id, "as it is")

    restored = await tapster.backups.restore(backup.name, how="copies")

    (copy,) = restored.chats
    assert copy != chat.id
    assert await words_in(tapster, ME, chat.id) == ["as it is"]
    assert await words_in(tapster, ME, copy) == ["as it was"]
    copied = (await chats.windows.open(ME, copy)).messages[0].message
    (place_copied,) = await chats.views.checkpoints(ME, copy)
    assert message.id != copied.id
    assert place.id != place_copied.id
    assert await chats.views.checkpoints(ME, chat.id) == (place,)


async def test_a_backup_that_names_anothers_things_gets_none_of_them(tapster, tmp_path):
    """Somebody wrote the ids of another's chat and file into the backup they bring along."""
    chats = tapster.chats
    theirs = await chats.create(BOB)
    await chats.tree.say(BOB, theirs.id, "Bobs words")
    file = await chats.attachments.add(BOB, b"Bobs file", name="b.txt", media_type="text/plain")
    await chats.tree.say(BOB, theirs.id, (File(url=f"attachment:{file.id}"),))
    backup = await tapster.backups.create()
    forge(tmp_path / "data" / "backups" / f"{backup.name}.backup")

    restored = await tapster.backups.restore(backup.name, how="copies")

    assert theirs.id not in restored.chats
    assert (await chats.get(BOB, theirs.id)).owner == BOB
    assert await words_in(tapster, BOB, theirs.id) == ["Bobs words", ""]
    # The file is the one that was there, its owner and bytes as well.
    assert await chats.attachments.read(BOB, file.id) == b"Bobs file"
    assert (await chats.attachments.get(BOB, file.id)).owner == BOB
    for copy in restored.chats:
        assert "forged words" in await words_in(tapster, ME, copy)


async def test_restoring_twice_adds_nothing_twice_in_one_place(tapster):
    chat = await tapster.chats.create(ME)
    await tapster.chats.tree.say(ME, chat.id, "word")
    backup = await tapster.backups.create()
    await tapster.chats.delete(ME, chat.id)
    await tapster.chats.purge(ME, chat.id)

    (first,) = (await tapster.backups.restore(backup.name, how="copies")).chats
    (second,) = (await tapster.backups.restore(backup.name, how="copies")).chats

    assert len({chat.id, first, second}) == 3
    for copy in (first, second):
        assert await words_in(tapster, ME, copy) == ["word"]


def forge(file) -> None:
    """Let a backup say that everything in it is of the first person, and says something else."""
    content = file.read_bytes()
    file.write_bytes(content[:-TAIL])
    with closing(sqlite3.connect(file)) as backup:
        backup.execute("UPDATE chats SET owner = ?, version = version + 1", (ME,))
        backup.execute("UPDATE attachments SET owner = ?, content = x'00'", (ME,))
        backup.execute(
            """UPDATE messages SET parts = '[{"type":"text","text":"forged words"}]'
            WHERE number = (SELECT min(number) FROM messages)"""
        )
        backup.commit()
    # Its digest keeps out damage, not malice: whoever writes a backup can write that, too.
    forged = file.read_bytes()
    file.write_bytes(forged + MARK + hashlib.sha256(forged).digest())
