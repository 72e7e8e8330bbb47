import pytest

from talks import ME, YOU, shown, talk
from tapster.core.chats import ChatFields, ChatMessage, Reply
from tapster.core.errors import Conflict, InvalidInput, NotFound
from tapster.core.messages import Image, Reasoning, Text
from tapster.core.usage import Usage


async def test_what_is_said_goes_below_the_head(chats):
    chat_id, (first, second) = await talk(chats, "Hi", "Hello")

    third = await chats.tree.say(ME, chat_id, "How are you?")

    assert third.parent_id == second.id
    assert second.parent_id == first.id
    assert first.parent_id is None
    assert first.number < second.number < third.number
    assert await shown(chats, chat_id) == ["Hi", "Hello", "How are you?"]


async def test_a_message_comes_back_with_everything_it_had(chats):
    chat = await chats.create(ME)
    kept = await chats.tree.add(
        ME,
        ChatMessage(
            id="m",
            chat_id=chat.id,
            role="assistant",
            author="Zoë",
            parts=(
                Reasoning(text="Hm", signature="sig", format="anthropic-claude-v1"),
                Text("Words \U0001f37a"),
                Image(url="data:image/png;base64,AAAA"),
            ),
            reply=Reply(model="big", usage=Usage(input=3, output=4, cost=0.25), finish="stop"),
            run_id="r1",
            created_at=1.5,
            updated_at=2.5,
        ),
    )

    assert (await chats.windows.message(ME, "m")).message == kept


async def test_an_answer_to_what_was_deleted_meanwhile_comes_back_with_it(chats):
    chat_id, (_, second, third) = await talk(chats, "one", "two", "three")
    await chats.tree.delete_below(ME, third.id)
    late = ChatMessage(id="m", chat_id=chat_id, parent_id=third.id, role="assistant")

    await chats.tree.add(ME, late)
    assert await shown(chats, chat_id) == ["one", "two"]
    await chats.tree.restore(ME, third.id)

    assert (await chats.windows.message(ME, "m")).message.parent_id == third.id
    assert second.id


async def test_a_chat_nobody_titled_is_titled_by_its_opening(chats):
    chat_id, _ = await talk(chats, "  What is\na swipe?  ", "A sibling.", "I see.")
    chat = await chats.get(ME, chat_id)

    assert (chat.title, chat.titled_by, chat.version) == ("What is a swipe?", "opening", 1)


async def test_saying_something_elsewhere_begins_a_branch(chats):
    chat_id, (first, *_) = await talk(chats, "one", "two", "three")

    await chats.tree.say(ME, chat_id, "other two", parent=first.id)

    assert await shown(chats, chat_id) == ["one", "other two"]


async def test_a_swipe_is_a_sibling_and_is_shown(chats):
    chat_id, (_, second) = await talk(chats, "one", "two")

    swiped = await chats.tree.swipe(ME, second.id, "two again")

    assert (swiped.parent_id, swiped.role) == (second.parent_id, "assistant")
    assert await shown(chats, chat_id) == ["one", "two again"]
    assert [one.text for one in await chats.windows.swipes(ME, second.id)] == ["two", "two again"]


async def test_the_first_message_can_be_swiped_too(chats):
    chat_id, (first,) = await talk(chats, "one")

    await chats.tree.swipe(ME, first.id, "another one")

    assert await shown(chats, chat_id) == ["another one"]
    window = await chats.windows.open(ME, chat_id)
    assert [(placed.swipe, placed.swipes) for placed in window.messages] == [(1, 2)]


async def test_an_edit_keeps_what_was_said_before(chats):
    _, (first,) = await talk(chats, "one")

    edited = await chats.tree.edit(ME, first.id, "two")
    await chats.tree.edit(ME, first.id, "three", version=edited.version)

    assert [one.parts[0].text for one in await chats.tree.editions(ME, first.id)] == ["one", "two"]
    assert (await chats.windows.message(ME, first.id)).message.editions == 2


async def test_one_can_return_to_an_edition_and_loses_nothing_by_it(chats):
    _, (first,) = await talk(chats, "one")
    await chats.tree.edit(ME, first.id, "two")
    (edition,) = await chats.tree.editions(ME, first.id)

    returned = await chats.tree.return_to(ME, first.id, edition.id)

    assert returned.text == "one"
    assert [one.parts[0].text for one in await chats.tree.editions(ME, first.id)] == ["one", "two"]


async def test_an_edit_that_changes_nothing_is_none(chats):
    _, (first,) = await talk(chats, "one")

    assert await chats.tree.edit(ME, first.id, "one") == first


async def test_of_two_edits_of_the_same_version_one_wins_and_the_other_is_told(chats):
    _, (first,) = await talk(chats, "one")
    newer = await chats.tree.edit(ME, first.id, "mine", version=first.version)

    with pytest.raises(Conflict, match="changed elsewhere") as told:
        await chats.tree.edit(ME, first.id, "yours", version=first.version)

    assert told.value.newer == newer
    assert (await chats.windows.message(ME, first.id)).message == newer


@pytest.mark.parametrize(
    "do",
    [
        lambda chats, one: chats.tree.hide(ME, one, version=7),
        lambda chats, one: chats.tree.delete(ME, one, version=7),
        lambda chats, one: chats.tree.delete_below(ME, one, version=7),
        lambda chats, one: chats.tree.move_up(ME, one, version=7),
        lambda chats, one: chats.tree.move_down(ME, one, version=7),
        lambda chats, one: chats.tree.move_below(ME, one, None, version=7),
    ],
)
async def test_no_stale_change_is_made(chats, do):
    chat_id, (_, second, _) = await talk(chats, "one", "two", "three")

    with pytest.raises(Conflict, match="you saw version 7"):
        await do(chats, second.id)

    assert await shown(chats, chat_id) == ["one", "two", "three"]


async def test_deleting_one_message_keeps_those_below_it(chats):
    chat_id, (_, second, _) = await talk(chats, "one", "two", "three")

    await chats.tree.delete(ME, second.id)

    assert await shown(chats, chat_id) == ["one", "three"]
    with pytest.raises(NotFound, match="deleted"):
        await chats.windows.message(ME, second.id)


async def test_deleting_from_here_on_shows_what_is_above(chats):
    chat_id, (_, second, _, _) = await talk(chats, "one", "two", "three", "four")

    assert await chats.tree.delete_below(ME, second.id) == 3

    assert await shown(chats, chat_id) == ["one"]


async def test_deleting_a_swipe_shows_the_one_beside_it(chats):
    chat_id, (_, second) = await talk(chats, "one", "two")
    swiped = await chats.tree.swipe(ME, second.id, "two again")

    await chats.tree.delete(ME, swiped.id)

    assert await shown(chats, chat_id) == ["one", "two"]


async def test_deleting_everything_leaves_an_empty_chat_that_goes_on(chats):
    chat_id, (first, _) = await talk(chats, "one", "two")

    await chats.tree.delete_below(ME, first.id)

    assert await shown(chats, chat_id) == []
    await chats.tree.say(ME, chat_id, "anew")
    assert await shown(chats, chat_id) == ["anew"]


async def test_what_was_deleted_from_here_on_can_be_restored(chats):
    chat_id, (_, second, third) = await talk(chats, "one", "two", "three")
    await chats.tree.delete_below(ME, second.id)
    assert [one.text for one in await chats.tree.deleted(ME, chat_id)] == ["two", "three"]

    await chats.tree.restore(ME, second.id)
    await chats.views.select(ME, third.id)

    assert await shown(chats, chat_id) == ["one", "two", "three"]
    assert await chats.tree.deleted(ME, chat_id) == ()


async def test_a_restored_message_whose_parent_is_gone_stands_below_the_nearest_one(chats):
    chat_id, (first, second, third, _) = await talk(chats, "one", "two", "three", "four")
    await chats.tree.delete(ME, third.id)
    await chats.tree.delete(ME, second.id)

    restored = await chats.tree.restore(ME, third.id)

    assert restored.parent_id == first.id
    assert await shown(chats, chat_id) == ["one", "four"]


async def test_a_message_changes_places_with_the_one_above(chats):
    chat_id, (_, _, third, fourth) = await talk(chats, "one", "two", "three", "four")

    await chats.tree.move_up(ME, third.id)
    assert await shown(chats, chat_id) == ["one", "three", "two", "four"]
    await chats.tree.move_up(ME, fourth.id)
    assert await shown(chats, chat_id) == ["one", "three", "four", "two"]


async def test_a_message_changes_places_with_the_one_below(chats):
    chat_id, (first, *_) = await talk(chats, "one", "two", "three")

    moved = await chats.tree.move_down(ME, first.id)
    await chats.tree.move_down(ME, first.id, version=moved.version)

    assert await shown(chats, chat_id) == ["two", "three", "one"]
    with pytest.raises(InvalidInput, match="last one"):
        await chats.tree.move_down(ME, first.id)


async def test_the_first_message_cannot_move_up(chats):
    _, (first, _) = await talk(chats, "one", "two")

    with pytest.raises(InvalidInput, match="first one"):
        await chats.tree.move_up(ME, first.id)


async def test_a_message_moves_below_another_with_all_below_it(chats):
    chat_id, (first, _, third, _) = await talk(chats, "one", "two", "three", "four")

    await chats.tree.move_below(ME, third.id, first.id)

    assert await shown(chats, chat_id) == ["one", "three", "four"]


async def test_no_message_can_be_moved_below_itself(chats):
    chat_id, (first, second, third) = await talk(chats, "one", "two", "three")

    for parent in (first, second, third):
        with pytest.raises(InvalidInput, match="below itself") as told:
            await chats.tree.move_below(ME, first.id, parent.id)
        assert told.value.field == "parent"
    assert await shown(chats, chat_id) == ["one", "two", "three"]


async def test_a_parent_from_another_chat_is_refused(chats):
    chat_id, (mine,) = await talk(chats, "one")
    _, (elsewhere,) = await talk(chats, "two")
    _, (yours,) = await talk(chats, "three", owner=YOU)

    for parent in (elsewhere.id, yours.id, "unknown", "\ud800", ""):
        with pytest.raises(InvalidInput, match="no message of this chat"):
            await chats.tree.say(ME, chat_id, "more", parent=parent)
        with pytest.raises(InvalidInput, match="no message of this chat"):
            await chats.tree.move_below(ME, mine.id, parent)
    assert await shown(chats, chat_id) == ["one"]


async def test_a_parent_deleted_meanwhile_is_a_conflict_that_shows_it(chats):
    chat_id, (_, second) = await talk(chats, "one", "two")
    await chats.tree.delete(ME, second.id)

    with pytest.raises(Conflict, match="deleted in the meantime") as told:
        await chats.tree.say(ME, chat_id, "three", parent=second.id)

    assert told.value.newer.id == second.id


@pytest.mark.parametrize(
    ("said", "words", "field"),
    [
        ("a\x00b", "NUL", "text"),
        ("a\ud800b", "surrogate", "text"),
        ((Text("fine"), Reasoning(text="a\x00")), "NUL", "parts"),
        ("x" * (4 * 1024 * 1024 + 1), "may have 4,194,304", "text"),
        ((Text("x"),) * 101, "may have 100", "parts"),
        ((Image(url="attachment:unknown"),), "does not exist", "parts"),
    ],
)
async def test_what_cannot_be_kept_is_refused_and_nothing_changes(chats, said, words, field):
    chat_id, (first,) = await talk(chats, "one")

    for attempt in (
        lambda: chats.tree.say(ME, chat_id, said),
        lambda: chats.tree.swipe(ME, first.id, said),
        lambda: chats.tree.edit(ME, first.id, said),
    ):
        with pytest.raises(InvalidInput, match=words) as told:
            await attempt()
        assert told.value.field == field
    assert await shown(chats, chat_id) == ["one"]
    assert len(await chats.journal.of(ME, chat_id)) == 1


async def test_a_backslash_before_what_looks_like_a_nul_is_only_text(chats):
    chat = await chats.create(ME)

    said = await chats.tree.say(ME, chat.id, r"a \u0000 b \\u0000")

    assert (await chats.windows.message(ME, said.id)).message.text == r"a \u0000 b \\u0000"


EVERY_DEED = [
    lambda chats, chat, one: chats.get(YOU, chat),
    lambda chats, chat, one: chats.configure(YOU, chat, ChatFields(system="mine")),
    lambda chats, chat, one: chats.rename(YOU, chat, "mine"),
    lambda chats, chat, one: chats.pin(YOU, chat),
    lambda chats, chat, one: chats.delete(YOU, chat),
    lambda chats, chat, one: chats.restore(YOU, chat),
    lambda chats, chat, one: chats.purge(YOU, chat),
    lambda chats, chat, one: chats.duplicate(YOU, chat),
    lambda chats, chat, one: chats.duplicate_path(YOU, one),
    lambda chats, chat, one: chats.search(YOU, "one", chat_id=chat),
    lambda chats, chat, one: chats.tree.say(YOU, chat, "mine"),
    lambda chats, chat, one: chats.tree.swipe(YOU, one, "mine"),
    lambda chats, chat, one: chats.tree.edit(YOU, one, "mine"),
    lambda chats, chat, one: chats.tree.editions(YOU, one),
    lambda chats, chat, one: chats.tree.return_to(YOU, one, "any"),
    lambda chats, chat, one: chats.tree.hide(YOU, one),
    lambda chats, chat, one: chats.tree.move_up(YOU, one),
    lambda chats, chat, one: chats.tree.move_down(YOU, one),
    lambda chats, chat, one: chats.tree.move_below(YOU, one, None),
    lambda chats, chat, one: chats.tree.delete(YOU, one),
    lambda chats, chat, one: chats.tree.delete_below(YOU, one),
    lambda chats, chat, one: chats.tree.deleted(YOU, chat),
    lambda chats, chat, one: chats.tree.restore(YOU, one),
    lambda chats, chat, one: chats.views.select(YOU, one),
    lambda chats, chat, one: chats.views.switch(YOU, one),
    lambda chats, chat, one: chats.views.branch(YOU, one, "mine"),
    lambda chats, chat, one: chats.views.checkpoint(YOU, one, "mine"),
    lambda chats, chat, one: chats.views.checkpoints(YOU, chat),
    lambda chats, chat, one: chats.windows.open(YOU, chat),
    lambda chats, chat, one: chats.windows.before(YOU, one),
    lambda chats, chat, one: chats.windows.after(YOU, one),
    lambda chats, chat, one: chats.windows.around(YOU, one),
    lambda chats, chat, one: chats.windows.message(YOU, one),
    lambda chats, chat, one: chats.windows.swipes(YOU, one),
    lambda chats, chat, one: anext(chats.windows.upwards(YOU, one)),
    lambda chats, chat, one: chats.journal.of(YOU, chat),
    lambda chats, chat, one: chats.journal.undo(YOU, chat),
    lambda chats, chat, one: chats.journal.redo(YOU, chat),
]


async def test_anothers_things_are_as_unknown_as_what_never_was(chats):
    chat_id, (first, _) = await talk(chats, "one", "two")

    for deed in EVERY_DEED:
        with pytest.raises(NotFound) as anothers:
            await deed(chats, chat_id, first.id)
        with pytest.raises(NotFound) as unknown:
            await deed(chats, "unknown", "unknown")
        assert anothers.value.message == unknown.value.message
    assert await shown(chats, chat_id) == ["one", "two"]


async def test_an_id_no_database_could_look_for_is_unknown(chats):
    for given in ("\x00", "\ud800", "é", "", "' OR 1=1 --"):
        for deed in EVERY_DEED:
            with pytest.raises(NotFound):
                await deed(chats, given, given)
