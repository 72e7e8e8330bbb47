import pytest

from talks import ME, shown, talk
from tapster.core.errors import InvalidInput, NotFound


def texts(window):
    return [placed.message.text for placed in window.messages]


async def test_a_chat_is_opened_by_its_last_messages_and_read_backwards(chats):
    chat_id, _ = await talk(chats, *map(str, range(10)))

    last = await chats.windows.open(ME, chat_id, limit=4)
    earlier = await chats.windows.before(ME, last.messages[0].message.id, limit=4)
    first = await chats.windows.before(ME, earlier.messages[0].message.id, limit=4)

    assert (texts(last), last.more_before, last.more_after) == (list("6789"), True, False)
    assert (texts(earlier), earlier.more_before, earlier.more_after) == (list("2345"), True, True)
    assert (texts(first), first.more_before, first.more_after) == (list("01"), False, True)
    nothing = await chats.windows.before(ME, first.messages[0].message.id)
    assert (nothing.messages, nothing.more_before) == ((), False)


async def test_an_empty_chat_opens_empty(chats):
    chat = await chats.create(ME)

    window = await chats.windows.open(ME, chat.id)

    assert (window.chat, window.messages, window.leaf) == (chat, (), None)


async def test_a_path_is_read_forwards_too(chats):
    _, made = await talk(chats, *map(str, range(8)))

    window = await chats.windows.after(ME, made[2].id, limit=3)

    assert (texts(window), window.more_after) == (list("345"), True)
    rest = await chats.windows.after(ME, window.messages[-1].message.id, limit=3)
    assert (texts(rest), rest.more_after) == (list("67"), False)


async def test_each_message_tells_which_of_its_swipes_it_is(chats):
    chat_id, (_, second) = await talk(chats, "one", "two")
    await chats.tree.swipe(ME, second.id, "three")
    await chats.tree.swipe(ME, second.id, "four")
    await chats.views.select(ME, second.id)

    window = await chats.windows.open(ME, chat_id)

    assert [(placed.swipe, placed.swipes) for placed in window.messages] == [(0, 1), (0, 3)]


async def test_a_message_of_another_branch_opens_in_its_own(chats):
    chat_id, (first, second, *_) = await talk(chats, "one", "two", "three")
    swiped = await chats.tree.swipe(ME, second.id, "two again")
    await chats.tree.say(ME, chat_id, "three again")
    await chats.tree.say(ME, chat_id, "four again")
    await chats.views.select(ME, second.id)
    assert await shown(chats, chat_id) == ["one", "two", "three"]

    window = await chats.windows.around(ME, swiped.id, limit=1)

    assert texts(window) == ["one", "two again", "three again"]
    assert window.more_after
    more = await chats.windows.after(ME, window.messages[-1].message.id, leaf=window.leaf)
    assert texts(more) == ["four again"]
    with pytest.raises(NotFound, match="does not lead"):
        await chats.windows.after(ME, second.id, leaf=window.leaf)
    assert first.id


async def test_selecting_a_swipe_goes_back_to_where_it_was_left(chats):
    chat_id, (_, second, third) = await talk(chats, "one", "two", "three")
    await chats.tree.say(ME, chat_id, "newest", parent=second.id)
    await chats.views.switch(ME, third.id)
    swiped = await chats.tree.swipe(ME, second.id, "two again")
    assert await shown(chats, chat_id) == ["one", "two again"]

    await chats.views.select(ME, second.id)
    assert await shown(chats, chat_id) == ["one", "two", "newest"]
    await chats.views.switch(ME, third.id)
    await chats.views.select(ME, swiped.id)
    await chats.views.select(ME, second.id)

    assert await shown(chats, chat_id) == ["one", "two", "three"]


async def test_a_branch_goes_on_from_where_it_is_named(chats):
    chat_id, (first, *_) = await talk(chats, "one", "two")

    branch = await chats.views.branch(ME, first.id, "  what\nif ")
    await chats.tree.say(ME, chat_id, "other two")

    assert (branch.kind, branch.name) == ("branch", "what if")
    assert await shown(chats, chat_id) == ["one", "other two"]


async def test_checkpoints_are_named_renamed_and_removed(chats):
    chat_id, (first, second) = await talk(chats, "one", "two")
    here = await chats.views.checkpoint(ME, first.id, "here")
    there = await chats.views.checkpoint(ME, second.id, "there")

    await chats.views.rename(ME, here.id, "where it began")
    await chats.tree.delete(ME, second.id)
    assert [place.name for place in await chats.views.checkpoints(ME, chat_id)] == [
        "where it began"
    ]
    await chats.journal.undo(ME, chat_id)
    await chats.views.remove(ME, here.id)
    assert [place.id for place in await chats.views.checkpoints(ME, chat_id)] == [there.id]

    with pytest.raises(NotFound):
        await chats.views.rename(ME, here.id, "again")
    for name in ("", " \n", "x" * 301, "\x00", "\ud800"):
        with pytest.raises(InvalidInput) as told:
            await chats.views.checkpoint(ME, first.id, name)
        assert told.value.field == "name"


async def test_a_path_is_read_upwards_only_as_far_as_wanted(chats):
    _, made = await talk(chats, *map(str, range(10)))
    await chats.tree.hide(ME, made[7].id)

    said = [one.text async for one in chats.windows.upwards(ME, made[8].id, at_once=3)]
    every = [one.text async for one in chats.windows.upwards(ME, made[8].id, hidden=True)]

    assert said == list("86543210")
    assert every == list("876543210")


async def test_a_prompt_is_told_what_every_message_says_and_whether_it_is_hidden(chats):
    _, made = await talk(chats, *map(str, range(200)))
    await chats.tree.hide(ME, made[7].id)

    lines = [line async for line in chats.windows.lines(ME, made[-1].id)]

    assert [(line.id, line.parent_id, line.role, line.parts) for line in lines] == [
        (one.id, one.parent_id, one.role, one.parts) for one in reversed(made)
    ]
    assert [line.id for line in lines if line.hidden is True] == [made[7].id]
