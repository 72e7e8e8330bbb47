import pytest

from talks import ME, YOU, shown, talk
from tapster.core.chats import ChatFields
from tapster.core.errors import Conflict, InvalidInput, NotFound
from tapster.core.requests import Settings


async def test_a_chat_is_set_up_and_comes_back_so(chats):
    chat = await chats.create(ME, ChatFields(title="Tea", connection="c1", model="m"))

    configured = await chats.configure(
        ME,
        chat.id,
        ChatFields(system="Be brief.", settings=Settings(temperature=0.5), model=None),
        version=chat.version,
    )

    assert configured == await chats.get(ME, chat.id)
    assert (configured.title, configured.titled_by) == ("Tea", "person")
    assert (configured.connection, configured.model) == ("c1", None)
    assert configured.settings == Settings(temperature=0.5)


async def test_a_stale_change_of_a_chat_is_refused_with_the_newer_one(chats):
    chat = await chats.create(ME)
    newer = await chats.rename(ME, chat.id, "Mine", version=1)

    for change in (
        chats.rename(ME, chat.id, "Yours", version=1),
        chats.configure(ME, chat.id, ChatFields(system="x"), version=1),
        chats.pin(ME, chat.id, version=1),
        chats.delete(ME, chat.id, version=1),
    ):
        with pytest.raises(Conflict, match="you saw version 1") as told:
            await change
        assert told.value.newer == newer


async def test_what_is_said_makes_no_version_of_the_chat_stale(chats):
    chat = await chats.create(ME)
    await chats.tree.say(ME, chat.id, "one")

    assert (await chats.rename(ME, chat.id, "Title", version=chat.version)).title == "Title"


async def test_pinned_chats_come_first_then_those_that_changed_last(chats):
    made = [await chats.create(ME, ChatFields(title=str(number))) for number in range(7)]
    await chats.create(YOU)
    await chats.pin(ME, made[2].id)
    await chats.tree.say(ME, made[1].id, "hello")

    titles, after = [], None
    while True:
        page = await chats.list(ME, limit=3, after=after)
        titles += [chat.title for chat in page.chats]
        after = page.next
        if after is None:
            break

    assert titles == ["2", "1", "6", "5", "4", "3", "0"]


@pytest.mark.parametrize("after", ["x", "1:x:y", "::", ""])
async def test_a_page_that_never_was_is_refused(chats, after):
    with pytest.raises(InvalidInput, match="untouched"):
        await chats.list(ME, after=after)


@pytest.mark.parametrize("limit", [0, -1, 501])
async def test_so_many_at_once_are_refused(chats, limit):
    with pytest.raises(InvalidInput, match="from 1 to 500"):
        await chats.list(ME, limit=limit)


async def test_a_list_holds_the_chats_of_a_character(chats):
    chat = await chats.create(ME, ChatFields(character="zoe"))
    await chats.create(ME)

    (found,) = (await chats.list(ME, character="zoe")).chats
    assert found.id == chat.id


async def test_a_deleted_chat_is_out_of_sight_and_comes_back_as_it_was(chats):
    chat_id, (first,) = await talk(chats, "one")
    await chats.delete(ME, chat_id)

    assert (await chats.list(ME)).chats == ()
    assert [chat.id for chat in (await chats.list(ME, deleted=True)).chats] == [chat_id]
    with pytest.raises(NotFound, match="restore it"):
        await chats.windows.open(ME, chat_id)
    with pytest.raises(NotFound, match="restore it"):
        await chats.tree.edit(ME, first.id, "two")

    await chats.restore(ME, chat_id)
    assert await shown(chats, chat_id) == ["one"]


async def test_only_a_deleted_chat_is_removed_for_good(chats):
    chat_id, (first,) = await talk(chats, "words")
    await chats.tree.edit(ME, first.id, "others")
    with pytest.raises(Conflict, match="delete it first"):
        await chats.purge(ME, chat_id)

    await chats.delete(ME, chat_id)
    await chats.purge(ME, chat_id)

    with pytest.raises(NotFound):
        await chats.restore(ME, chat_id)
    assert (await chats.search(ME, "others")).hits == ()


async def test_a_copy_has_the_whole_tree_and_is_nobody_elses(chats):
    chat_id, (_, second) = await talk(chats, "one", "two")
    await chats.tree.swipe(ME, second.id, "two again")
    await chats.views.checkpoint(ME, second.id, "here")

    copy = await chats.duplicate(ME, chat_id, title="Copy")
    await chats.tree.say(ME, copy.id, "three")

    assert await shown(chats, copy.id) == ["one", "two again", "three"]
    assert await shown(chats, chat_id) == ["one", "two again"]
    (place,) = await chats.views.checkpoints(ME, copy.id)
    await chats.views.select(ME, place.message_id)
    assert await shown(chats, copy.id) == ["one", "two"]


async def test_a_copied_path_is_a_chat_of_its_own(chats):
    chat_id, (_, second, _) = await talk(chats, "one", "two", "three")

    copy = await chats.duplicate_path(ME, second.id)

    assert await shown(chats, copy.id) == ["one", "two"]
    assert await shown(chats, chat_id) == ["one", "two", "three"]
    assert len((await chats.search(ME, "two")).hits) == 2


@pytest.mark.parametrize(
    "fields",
    [
        ChatFields(title="x" * 301),
        ChatFields(title="\ud800"),
        ChatFields(system="\x00"),
        ChatFields(system="x" * 1_000_001),
        ChatFields(settings=Settings(stop=("\x00",))),
    ],
)
async def test_what_cannot_be_set_is_refused_by_name(chats, fields):
    (named,) = [name for name in ("title", "system") if getattr(fields, name)] or ["settings"]
    chat = await chats.create(ME)

    for attempt in (lambda: chats.create(ME, fields), lambda: chats.configure(ME, chat.id, fields)):
        with pytest.raises(InvalidInput) as told:
            await attempt()
        assert told.value.field in {named, "settings"}
    assert await chats.get(ME, chat.id) == chat


async def test_a_path_too_long_to_copy_is_refused_and_nothing_is_made(chats, monkeypatch):
    monkeypatch.setattr("tapster.chats.chats._LONGEST_COPY", 3)
    chat = await chats.create(ME)
    said = [await chats.tree.say(ME, chat.id, str(number)) for number in range(4)]

    with pytest.raises(InvalidInput, match="more than 3 messages"):
        await chats.duplicate_path(ME, said[3].id)

    assert len((await chats.list(ME)).chats) == 1
    assert (await chats.duplicate_path(ME, said[2].id)).id != chat.id


async def test_a_list_tells_how_much_was_said_and_the_last_words(chats):
    chat_id, (_, said) = await talk(chats, "one", "two\n  lines " + "x" * 500)
    await chats.tree.swipe(ME, said.id, "gone")
    await chats.journal.undo(ME, chat_id)
    empty = await chats.create(ME)

    listed = {each.id: each for each in (await chats.list(ME)).chats}

    assert (listed[chat_id].messages, listed[empty.id].messages) == (2, 0)
    assert listed[chat_id].preview == "two lines " + "x" * 110
    assert listed[empty.id].preview == ""


@pytest.mark.parametrize("wish", ["tea", "TEA", "e tïme", "für", "FUR", "100%", "_"])
async def test_chats_are_found_by_what_occurs_in_their_titles(chats, wish):
    await chats.create(ME, ChatFields(title="Nothing"))
    sought = await chats.create(ME, ChatFields(title="Tea tíme für zwei, 100%_"))
    await chats.create(YOU, ChatFields(title="Tea time für 100%_"))

    page = await chats.list(ME, titled=wish.replace("e t", "a t"))

    assert [each.id for each in page.chats] == [sought.id]


async def test_a_search_for_titles_goes_on_page_by_page(chats):
    made = [(await chats.create(ME, ChatFields(title=f"Tea {each % 2}"))).id for each in range(9)]

    first = await chats.list(ME, titled="tea 0", limit=3)
    second = await chats.list(ME, titled="tea 0", limit=3, after=first.next)

    assert [each.id for each in (*first.chats, *second.chats)] == made[::-2]
    assert (first.next is not None, second.next) == (True, None)
    assert (await chats.list(ME, titled="coffee")).chats == ()
