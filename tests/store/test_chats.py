import asyncio
import itertools

import msgspec
import pytest
from sqlalchemy import create_engine, inspect, text

from tapster.chats import Chats
from tapster.core import chats as words
from tapster.core.chats import Attachment, Chat, ChatMessage, Checkpoint, Edition, Reply
from tapster.core.errors import Conflict, InvalidInput, NotFound, Reason
from tapster.core.events import Failed
from tapster.core.messages import File, Image, Reasoning, Text, ToolCall
from tapster.core.requests import Settings
from tapster.core.usage import Usage
from tapster.store import Store
from tapster.store import chat_tables as tables

CHAT = Chat(
    id="c",
    owner="me",
    title="Tea ☕",
    titled_by="person",
    connection="c1",
    model="m",
    system="Be brief.",
    settings=Settings(temperature=0.5, stop=("a", "b")),
    character="zoe",
    pinned=True,
    created_at=1.25,
    updated_at=2.5,
)
MESSAGE = ChatMessage(
    id="m",
    chat_id="c",
    role="assistant",
    author="Zoë",
    parts=(
        Reasoning(text="Hm", signature="s"),
        Text("Words"),
        ToolCall(id="t", name="n", arguments="{}"),
        Image(url="https://example.com/a.png"),
    ),
    hidden=True,
    reply=Reply(
        connection="c1",
        answered_by="big-1",
        usage=Usage(input=1, output=2, cost=0.5, raw={"x": [1]}),
        finish="failed",
        notices=("cut",),
        began_at=1.5,
    ),
    run_id="r",
    created_at=3.5,
    updated_at=4.5,
)


@pytest.mark.parametrize(
    ("table", "kind", "besides"),
    [
        (tables.chats, Chat, set()),
        (tables.messages, ChatMessage, {"leaf"}),
        (tables.editions, Edition, set()),
        (tables.checkpoints, Checkpoint, set()),
        (tables.journal, words.Change, {"patches"}),
        (tables.attachments, Attachment, {"content"}),
    ],
)
def test_a_tables_columns_are_the_fields_of_its_struct(table, kind, besides):
    assert set(table.c.keys()) == set(kind.__struct_fields__) | besides


async def test_a_chat_and_a_message_come_back_as_they_were_kept(store):
    async with store.begin() as rows:
        await rows.chats.add(CHAT)
        kept = await rows.messages.add(MESSAGE)

    async with store.read() as rows:
        assert await rows.chats.by_id("c") == CHAT
        assert await rows.messages.by_id("m") == kept
    assert kept == msgspec.structs.replace(MESSAGE, number=kept.number)


async def test_numbers_grow_in_the_order_messages_are_kept(store):
    async with store.begin() as rows:
        await rows.chats.add(CHAT)
        made = [msgspec.structs.replace(MESSAGE, id=f"m{place}") for place in range(1_200)]
        kept = await rows.messages.add_all(made)

        assert [one.id for one in kept] == [one.id for one in made]
        assert [one.number for one in kept] == sorted({one.number for one in kept})
        assert await rows.messages.children("c", None) == kept
        assert await rows.messages.by_ids([one.id for one in made]) == kept


async def test_a_stale_message_or_chat_does_not_overwrite_a_newer_one(store):
    async with store.begin() as rows:
        await rows.chats.add(CHAT)
        old = await rows.messages.add(MESSAGE)
        newer = await rows.messages.write(msgspec.structs.replace(old, parts=(Text("new"),)))
        chat = await rows.chats.write(msgspec.structs.replace(CHAT, title="new"))

        with pytest.raises(Conflict) as told:
            await rows.messages.write(msgspec.structs.replace(old, parts=(Text("late"),)))
        assert told.value.newer == newer
        with pytest.raises(Conflict) as told:
            await rows.chats.write(msgspec.structs.replace(CHAT, title="late"))
        assert told.value.newer == chat
        with pytest.raises(NotFound):
            await rows.messages.write(msgspec.structs.replace(old, id="gone"))
        with pytest.raises(NotFound):
            await rows.chats.write(msgspec.structs.replace(CHAT, id="gone"))


async def test_what_a_run_wrote_is_kept_whatever_became_of_its_message(store):
    failed = Failed(reason=Reason.TIMEOUT, message="Silence.")
    async with store.begin() as rows:
        await rows.chats.add(CHAT)
        await rows.messages.add(msgspec.structs.replace(MESSAGE, parts=(), reply=None))
        await rows.messages.patch(["m"], {"deleted_at": 5.0, "hidden": False})

        filled = await rows.messages.fill(
            "m", parts=(Text("late words"),), reply=Reply(error=failed), run_id="r2", at=9.0
        )

        assert filled.text == "late words"
        assert filled.reply.error == failed
        assert (filled.deleted_at, filled.hidden, filled.version) == (5.0, False, 3)


async def test_what_happens_in_chats_wakes_nobody(store):
    before = await store.version_stamp()

    async with store.begin() as rows:
        await rows.chats.add(CHAT)
        await rows.messages.add(MESSAGE)

    assert await store.version_stamp() == before


async def test_a_message_refers_to_what_exists(store):
    async with store.begin() as rows:
        await rows.chats.add(CHAT)
        with pytest.raises(InvalidInput, match="does not exist"):
            await rows.messages.add(
                msgspec.structs.replace(MESSAGE, parts=(File(url="attachment:none"),))
            )


async def test_paths_go_through_no_more_than_is_asked_for(store):
    async with store.begin() as rows:
        await rows.chats.add(CHAT)
        for place in range(6):
            await rows.messages.add(
                msgspec.structs.replace(
                    MESSAGE, id=f"m{place}", parent_id=f"m{place - 1}" if place else None
                )
            )
        paths = rows.paths

        assert [one.id for one in await paths.up("m4", limit=2)] == ["m4", "m3"]
        assert [one.id for one in await paths.down("m1", "m5", limit=2)] == ["m2", "m3"]
        assert await paths.down("m5", "m1", limit=2) == ()
        assert await paths.below("c", "m4") == ("m4", "m5")
        assert await paths.leaf_of("c", "m0") == "m5"
        assert await paths.step_below("m1", "m5") == "m2"
        assert await paths.step_below(None, "m5") == "m0"
        assert await paths.step_below("m5", "m2") is None
        assert await paths.is_above("m0", "m5")
        assert await paths.is_above("m5", "m5")
        assert not await paths.is_above("m5", "m0")
        await rows.messages.patch(["m2", "m3"], {"deleted_at": 1.0})
        assert await paths.living_above("m3") == "m1"


async def test_two_windows_that_say_something_at_once_are_both_heard(database):
    stores = [await Store.open(database) for _ in range(2)]
    try:
        ids = itertools.count()
        doors = [Chats(one, new_id=lambda: f"id{next(ids)}", clock=lambda: 1.0) for one in stores]
        chat = await doors[0].create("me")
        async with asyncio.timeout(60):
            await asyncio.gather(
                *(door.tree.say("me", chat.id, f"{n}") for n in range(10) for door in doors)
            )
        window = await doors[0].windows.open("me", chat.id)
        assert len(window.messages) == 20
        assert sorted(placed.message.text for placed in window.messages) == sorted(
            str(n) for n in range(10) for _ in doors
        )

        first = window.messages[0].message
        edits = await asyncio.gather(
            *(
                door.tree.edit("me", first.id, f"edit {place}", version=first.version)
                for place, door in enumerate(doors)
            ),
            return_exceptions=True,
        )
        (lost,) = [one for one in edits if isinstance(one, Conflict)]
        (won,) = [one for one in edits if not isinstance(one, Conflict)]
        assert lost.newer == won
    finally:
        for one in stores:
            await one.close()


async def test_a_removed_chat_leaves_no_words_behind(store, database):
    async with store.begin() as rows:
        await rows.chats.add(CHAT)
        await rows.messages.add(MESSAGE)
        await rows.chats.remove("c")

    engine = create_engine(database.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        assert "message_words" in inspect(engine).get_table_names()
        for table in ("message_words", "messages", "chats"):
            count = text(f"SELECT count(*) FROM {table}")  # noqa: S608  # our own names
            assert connection.execute(count).scalar() == 0
    engine.dispose()
