"""Exports and imports: what goes out comes in again, and nothing half."""

import asyncio
import hashlib
import itertools
import json
import secrets
import tempfile
from datetime import UTC
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talks import ME, YOU, shown, talk, tree_of
from tapster.chats import Chats, Exports, Imports
from tapster.core.chats import ChatFields, Reply
from tapster.core.connections import Connection
from tapster.core.errors import Conflict, InvalidInput, NotFound
from tapster.core.messages import File, Image, Reasoning, Text, ToolCall
from tapster.core.requests import Settings
from tapster.core.usage import Usage
from tapster.store import Store

LATER = 2_000_000.0
NOTHING = {
    "number": 1,
    "name": "x",
    "media_type": "text/plain",
    "digest": hashlib.sha256(b"").hexdigest(),
}


async def as_they_are(messages):
    return tuple(messages)


def files_of(store, chats, *, connections=()):
    async def known():
        return connections

    exports = Exports(store, read_so_far=as_they_are)
    imports = Imports(
        store,
        chats.attachments,
        connections=known,
        new_id=lambda: secrets.token_hex(16),
        clock=lambda: LATER,
        zone=UTC,
    )
    return exports, imports


@pytest.fixture
def exports(store, chats):
    return files_of(store, chats)[0]


@pytest.fixture
def imports(store, chats):
    return files_of(store, chats)[1]


async def exported(exports, chat_id, form="json", *, owner=ME, **wish):
    _, pieces = await exports.write(owner, chat_id, form, **wish)
    return b"".join([piece async for piece in pieces])


async def every_kind_of_thing(chats):
    """Make a chat with swipes, edits, hidden messages, thoughts, files and named places."""
    chat = await chats.create(
        ME, ChatFields(title="Tea", system="Be brief.", settings=Settings(temperature=0.5, n=2))
    )
    picture = await chats.attachments.add(ME, b"\x89PNG", name="a.png", media_type="image/png")
    first = await chats.attachments.add(ME, b"first", name="b.txt", media_type="text/plain")
    asked = await chats.tree.say(
        ME, chat.id, (Text("Look"), File(name="b.txt", url=f"attachment:{first.id}"))
    )
    await chats.tree.edit(ME, asked.id, (Text("Look!"), Image(f"attachment:{picture.id}")))
    said = await chats.tree.say(ME, chat.id, "A cup", role="assistant", author="Zoë")
    reply = Reply(
        model="m", usage=Usage(input=3, output=4, raw={"a": [1, {"b": None}]}), ended_at=5
    )
    parts = (Reasoning("Hm", signature="s"), Text("Two cups"), ToolCall("c", "look", "{}"))
    await chats.tree.swipe(ME, said.id, parts, reply=reply)
    last = await chats.tree.say(ME, chat.id, "Thanks")
    await chats.tree.hide(ME, last.id, hidden=True)
    await chats.tree.delete(ME, (await chats.tree.say(ME, chat.id, "gone")).id)
    await chats.views.checkpoint(ME, said.id, "the cup")
    await chats.views.branch(ME, last.id, "on from here")
    return chat.id


async def test_a_chat_comes_back_with_all_that_is_in_it(chats, exports, imports):
    chat_id = await every_kind_of_thing(chats)
    document = await exported(exports, chat_id)

    made = await imports.read(ME, document)

    (chat,) = made.chats
    assert made.notes == ()
    assert await exported(exports, chat.id) == document
    assert chat == await chats.get(ME, chat.id)
    assert await shown(chats, chat.id) == await shown(chats, chat_id)
    assert b"gone" not in document


async def test_nothing_keeps_its_id(chats, exports, imports):
    chat_id = await every_kind_of_thing(chats)
    before = await tree_of(chats, chat_id)

    made = await imports.read(ME, await exported(exports, chat_id))

    told, editions, names, _ = await tree_of(chats, made.chats[0].id)
    was_told, was_editions, was_names, _ = before
    assert await tree_of(chats, chat_id) == before
    assert not {each[0] for each in told} & {each[0] for each in was_told}
    assert not {each[0] for each in names} & {each[0] for each in was_names}
    assert list(editions.values()) == list(was_editions.values())


async def test_files_come_along_and_stay_as_long_as_their_chat(chats, exports, imports, store):
    chat_id = await every_kind_of_thing(chats)

    made = await imports.read(YOU, await exported(exports, chat_id))

    async with store.read() as rows:
        used = await rows.attachments.used_in(made.chats[0].id)
    contents = {await chats.attachments.read(YOU, each) for each in used}
    assert contents == {b"\x89PNG", b"first"}
    with pytest.raises(NotFound):
        await chats.attachments.read(ME, used[0])


async def test_without_its_files_a_chat_says_that_they_are_missing(chats, exports, imports):
    chat_id = await every_kind_of_thing(chats)
    document = await exported(exports, chat_id, files=False)

    made = await imports.read(ME, document)

    assert json.loads(document)["files"] == []
    assert made.notes == ("Pictures and files that are not in it were left out: 2.",)
    window = await chats.windows.open(ME, made.chats[0].id)
    assert window.messages[0].message.parts == (Text("Look!"),)


async def test_a_reference_to_anothers_file_leads_nowhere(chats, exports, imports):
    theirs = await chats.attachments.add(ME, b"secret", name="a", media_type="text/plain")
    chat_id, _ = await talk(chats, "one")
    value = json.loads(await exported(exports, chat_id))
    value["messages"][0]["parts"].append({"type": "file", "url": f"attachment:{theirs.id}"})

    made = await imports.read(YOU, json.dumps(value).encode())

    window = await chats.windows.open(YOU, made.chats[0].id)
    assert window.messages[0].message.parts == (Text("one"),)
    assert made.notes[0].endswith("left out: 1.")


async def test_anothers_file_is_not_given_out_even_where_a_message_names_it(chats, exports, store):
    chat_id, (said, *_) = await talk(chats, "one")
    theirs = await chats.attachments.add(YOU, b"CANARY", name="c.txt", media_type="text/plain")
    part = File(name="c.txt", url=f"attachment:{theirs.id}")
    async with store.begin() as rows:  # as nobody can say it
        await rows.messages.write(msgspec.structs.replace(said, parts=(part,)))

    document = json.loads(await exported(exports, chat_id))

    assert document["messages"][0]["parts"][0]["name"] == "c.txt"
    assert document["files"] == []


async def test_the_connection_is_kept_where_it_is_known(chats, store):
    chat = await chats.create(ME, ChatFields(connection="c1", model="m"))
    known = (Connection(id="c1", name="C", slug="c", source="custom"),)
    exports, imports = files_of(store, chats, connections=known)
    _, elsewhere = files_of(store, chats)
    document = await exported(exports, chat.id)

    at_home = await imports.read(ME, document)
    abroad = await elsewhere.read(YOU, document)

    assert (at_home.chats[0].connection, at_home.chats[0].model) == ("c1", "m")
    assert (abroad.chats[0].connection, abroad.chats[0].model) == (None, None)
    assert abroad.notes == ("The connection it was set to is not here: it uses the usual one.",)


async def test_a_chat_to_be_read_has_the_shown_path_without_what_is_hidden(chats, exports):
    chat_id = await every_kind_of_thing(chats)

    markdown = (await exported(exports, chat_id, "markdown")).decode()
    text = (await exported(exports, chat_id, "text")).decode()

    assert markdown == (
        "# Tea\n\n**system**\n\nBe brief.\n\n**user**\n\nLook!\n\n**Zoë**\n\nTwo cups\n"
    )
    assert text == "system: Be brief.\n\nuser: Look!\n\nZoë: Two cups\n"


async def test_a_chat_goes_to_sillytavern_and_comes_back_with_its_swipes(chats, exports, imports):
    chat_id = await every_kind_of_thing(chats)
    written = await exported(exports, chat_id, "jsonl")

    made = await imports.read(ME, written, name="Tea.jsonl")

    _, _, answer, hidden = [json.loads(line) for line in written.splitlines()]
    assert (answer["swipes"], answer["swipe_id"]) == (["A cup", "Two cups"], 1)
    assert answer["extra"]["reasoning"] == "Hm"
    assert hidden["is_system"] is True
    (chat,) = made.chats
    assert (chat.title, chat.system) == ("Tea", "Be brief.")
    assert await shown(chats, chat.id) == ["Look!", "Two cups", "Thanks"]
    window = await chats.windows.open(ME, chat.id)
    assert [each.swipes for each in window.messages] == [1, 2, 1]
    assert await exported(exports, chat.id, "jsonl") == written


async def test_an_empty_chat_goes_out_and_in_in_every_form(chats, exports, imports):
    chat = await chats.create(ME)

    for form in ("json", "jsonl"):
        made = await imports.read(ME, await exported(exports, chat.id, form))
        assert (made.chats[0].head, made.notes) == (None, ())
    assert await exported(exports, chat.id, "markdown") == b""
    assert await exported(exports, chat.id, "text") == b""


async def test_what_was_imported_is_found_by_its_words(chats, exports, imports):
    line = b'{"user_name": "A", "character_name": "B"}\n{"name": "B", "mes": "a rare needle"}'

    made = await imports.read(ME, line)

    (hit,) = (await chats.search(ME, "needle")).hits
    assert hit.chat_id == made.chats[0].id


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \n", "is empty"),
        (b"\x89PNG\r\n", "no chat we know"),
        (b"[]", "no chat we know"),
        (b'{"spec": "chara_card_v2"}', "no chat we know"),
        (b'{"a": 1}\n{"b": 2}', "Line 1|no chat we know"),
        (b'{"format": "tapster-chat", "version": 2}', "version 2 .*reads version 1"),
        (b'{"format": "tapster-chat", "version": 1}', "chat: Expected"),
        (b'{"format": "tapster-chat", "version": 1, "chat": {}, "x": 1}', "`x`"),
        (b'{"format": "tapster-chat",\n"version": 1, "chat": {"title": NaN}}', "NaN"),
        (b'{"format": "tapster-chat", "version": 1, "chat": {}, "messages": 5}', "no list"),
        (b'{"mes": "x"}\n{"mes": "a\\u0000b"}', "Message 2 .*nothing was imported.*NUL"),
        (b'{"mes": "x"}\n{"mes": "y"', "Line 2"),
    ],
)
async def test_what_is_no_chat_is_refused_and_leaves_nothing(chats, imports, content, why):
    with pytest.raises(InvalidInput, match=why):
        await imports.read(ME, content)

    assert (await chats.list(ME)).chats == ()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"messages": [{"below": 1, "role": "user"}]}, "no tree"),
        ({"messages": [{"below": 2, "role": "user"}, {"below": 1, "role": "user"}]}, "no tree"),
        ({"messages": [{"below": 9, "role": "user"}]}, "no tree"),
        ({"messages": [{"role": "king"}]}, r"messages\[0\].*king"),
        ({"messages": [{"role": "user", "id": "stolen"}]}, "unknown field"),
        ({"messages": [{"role": "user", "created_at": -1}]}, "created_at"),
        ({"chat": {"owner": "somebody"}}, "unknown field"),
        ({"chat": {"head": 3}}, "not in it"),
        ({"chat": {"title": "x" * 301}}, "`title`"),
        ({"chat": {"settings": {"seed": "x"}}}, "chat: Expected `int"),
        ({"names": [{"message": 7, "name": "x"}]}, "not in it"),
        ({"names": [{"message": 1, "name": " "}]}, "`name` is empty"),
        ({"messages": [{"role": "user", "parts": [{"type": "text", "text": 1}]}]}, "parts"),
        ({"messages": [{"role": "user", "author": "x" * 301}]}, "Message 1 .*`author`"),
        ({"files": [{"number": 1, "name": "x", "media_type": "a/b", "digest": "00"}]}, "damaged"),
        ({"files": [NOTHING, NOTHING]}, "the same number"),
        ({"files": [NOTHING | {"media_type": "no type"}]}, "media_type"),
        ({"messages": [{"role": "user", "earlier": [{}] * 50_001}] * 2}, "earlier versions"),
    ],
)
async def test_a_document_that_is_not_right_is_refused_whole(chats, imports, store, changes, why):
    value = {"format": "tapster-chat", "version": 1, "chat": {}, "messages": [{"role": "user"}]}

    with pytest.raises(InvalidInput, match=why):
        await imports.read(ME, json.dumps(value | changes).encode())

    assert (await chats.list(ME)).chats == ()
    async with store.read() as rows:
        assert await rows.attachments.size_of(ME) == 0


async def test_a_file_in_it_that_was_changed_leaves_nothing_half_written(chats, exports, imports):
    chat_id = await every_kind_of_thing(chats)
    document = await exported(exports, chat_id)
    damaged = document.replace(b'"Zmlyc3Q="', b'"Zmlyc3Q7"')
    assert damaged != document

    with pytest.raises(InvalidInput, match=r"damaged: 'b\.txt'"):
        await imports.read(YOU, damaged)

    assert (await chats.list(YOU)).chats == ()


async def test_anothers_chat_cannot_be_taken_out(chats, exports):
    chat_id, _ = await talk(chats, "one")

    for form in ("json", "jsonl", "markdown", "text"):
        with pytest.raises(NotFound):
            await exports.write(YOU, chat_id, form)


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
steps = st.lists(
    st.tuples(
        st.sampled_from(["say", "swipe", "edit", "hide", "switch", "name", "delete", "move"]),
        st.integers(0, 30),
        words,
    ),
    max_size=14,
)


@pytest.fixture(scope="module")
def runner():
    """One loop and one database for all that is tried."""
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        store = runner.run(Store.open(f"sqlite:///{Path(folder)}/tapster.db"))
        yield runner, store
        runner.run(store.close())


@settings(max_examples=25, deadline=None)
@given(done=steps)
def test_whatever_was_done_to_a_chat_it_comes_back_the_same(runner, done):
    loop, store = runner

    async def work():
        ticks = itertools.count(1_000)
        chats = Chats(store, new_id=lambda: secrets.token_hex(16), clock=lambda: next(ticks) / 8)
        chat_id = await grown(chats, done)
        exports, imports = files_of(store, chats)
        document = await exported(exports, chat_id)
        made = await imports.read(ME, document)
        assert made.notes == ()
        assert await exported(exports, made.chats[0].id) == document
        assert await shown(chats, made.chats[0].id) == await shown(chats, chat_id)
        path = await exported(exports, chat_id, "jsonl")
        again = await imports.read(ME, path)
        assert await exported(exports, again.chats[0].id, "jsonl") == path

    loop.run(work())


async def grown(chats, done):
    """Do these steps to a chat; those that cannot be done are left out."""
    chat_id, made = await talk(chats, "one", "two")
    for step, which, said in done:
        one = made[which % len(made)].id
        try:
            match step:
                case "say":
                    made.append(await chats.tree.say(ME, chat_id, said, parent=one))
                case "swipe":
                    made.append(await chats.tree.swipe(ME, one, said))
                case "edit":
                    await chats.tree.edit(ME, one, said)
                case "hide":
                    await chats.tree.hide(ME, one, hidden=which % 2 == 0)
                case "switch":
                    await chats.views.switch(ME, one)
                case "name":
                    await chats.views.checkpoint(ME, one, said)
                case "delete":
                    await chats.tree.delete(ME, one)
                case "move":
                    await chats.tree.move_below(ME, one, made[len(said) % len(made)].id)
        except (Conflict, InvalidInput, NotFound):
            continue
    return chat_id
