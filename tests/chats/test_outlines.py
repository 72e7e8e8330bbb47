import itertools

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from talks import ME, YOU, talk
from tapster.chats.shapes import Shape
from tapster.core.chats import Chat, ChatMessage
from tapster.core.errors import InvalidInput, NotFound
from tapster.core.messages import Image, Reasoning, Text


def drawn(outline):
    return [(each.text, each.count, each.on_path) for each in outline.segments]


async def test_messages_in_one_line_are_one_segment(chats):
    chat_id, made = await talk(chats, *map(str, range(10)))

    (segment,) = (await chats.outlines.of(ME, chat_id)).segments

    assert (segment.first, segment.last, segment.parent) == (made[0].id, made[-1].id, None)
    assert (segment.count, segment.role, segment.text, segment.on_path) == (10, "user", "0", True)
    assert (segment.created_at, segment.ends_at) == (made[0].created_at, made[-1].created_at)


async def test_each_fork_begins_segments_and_the_shown_path_is_marked(chats):
    chat_id, (_, second, third) = await talk(chats, "one", "two", "three")
    other = await chats.tree.swipe(ME, second.id, "two again")
    await chats.tree.say(ME, chat_id, "and on")
    await chats.tree.swipe(ME, third.id, "three again")

    outline = await chats.outlines.of(ME, chat_id)

    assert drawn(outline) == [
        ("one", 1, True),
        ("two", 1, True),
        ("three", 1, False),
        ("three again", 1, True),
        ("two again", 2, False),
    ]
    assert [each.parent for each in outline.segments].count(second.id) == 2
    assert outline.segments[-1].first == other.id
    assert (outline.head, outline.more) == (outline.segments[3].last, False)


async def test_places_that_have_a_name_are_told_in_their_segment(chats):
    chat_id, made = await talk(chats, "one", "two", "three")
    await chats.views.checkpoint(ME, made[1].id, "the middle")
    gone = await chats.views.checkpoint(ME, made[2].id, "gone")
    await chats.views.branch(ME, made[0].id, "a branch")
    await chats.views.remove(ME, gone.id)

    (segment,) = (await chats.outlines.of(ME, chat_id)).segments

    assert segment.names == ("a branch", "the middle")


async def test_deleted_messages_are_not_in_the_tree(chats):
    chat_id, made = await talk(chats, "one", "two", "three")
    swiped = await chats.tree.swipe(ME, made[2].id, "three again")
    await chats.tree.delete_below(ME, swiped.id)

    assert drawn(await chats.outlines.of(ME, chat_id)) == [("one", 3, True)]


async def test_a_long_beginning_is_cut_and_put_on_one_line(chats):
    chat = await chats.create(ME)
    parts = (Reasoning("Thoughts"), Image("https://x.example/y"), Text("a\n b" + "c" * 5_000))
    await chats.tree.say(ME, chat.id, parts)

    (segment,) = (await chats.outlines.of(ME, chat.id)).segments

    assert segment.text == "a b" + "c" * 117


async def test_the_tree_is_drawn_without_the_marks_of_markdown(chats):
    chat = await chats.create(ME)
    await chats.tree.say(
        ME, chat.id, (Text("## Plan\n\n- **bold** and `code`\n- [a link](https://x.example)"),)
    )

    (segment,) = (await chats.outlines.of(ME, chat.id)).segments

    assert segment.text == "Plan bold and code a link"


async def test_a_chat_without_words_has_a_tree_too(chats):
    chat = await chats.create(ME)
    empty = await chats.outlines.of(ME, chat.id)
    await chats.tree.say(ME, chat.id, (Image("https://x.example/y"),))
    pictured = await chats.outlines.of(ME, chat.id)

    assert (empty.segments, empty.head, empty.more) == ((), None, False)
    assert drawn(pictured) == [("", 1, True)]


async def test_of_more_segments_than_asked_for_the_shown_path_is_told_first(chats):
    chat_id, made = await talk(chats, "0", "1", "2", "3")
    for message in made[1:]:
        await chats.tree.swipe(ME, message.id, f"{message.text} again")
    await chats.views.switch(ME, made[3].id)

    outline = await chats.outlines.of(ME, chat_id, limit=4)

    assert drawn(outline) == [(str(number), 1, True) for number in range(4)]
    assert outline.more
    whole = await chats.outlines.of(ME, chat_id, limit=7)
    assert (len(whole.segments), whole.more) == (7, False)


@pytest.mark.parametrize("limit", [0, 5_001])
async def test_nobody_asks_for_a_tree_without_end(chats, limit):
    chat_id, _ = await talk(chats, "one")

    with pytest.raises(InvalidInput, match="from 1 to 5000"):
        await chats.outlines.of(ME, chat_id, limit=limit)


async def test_anothers_tree_is_unknown(chats):
    chat_id, _ = await talk(chats, "one")

    with pytest.raises(NotFound):
        await chats.outlines.of(YOU, chat_id)


async def test_a_very_long_chat_with_many_forks_is_told_whole(chats, store):
    told, above = [], None
    for number in range(3_000):
        words = {"chat_id": "c", "role": "user", "created_at": float(number)}
        message = ChatMessage(id=f"m{number}", parent_id=above, parts=(Text("x"),), **words)
        told.append(message)
        if number % 3 == 0:
            told.append(msgspec.structs.replace(message, id=f"s{number}"))
        above = message.id
    async with store.begin() as rows:
        await rows.chats.add(Chat(id="c", owner=ME, head="m2999"))
        await rows.messages.add_all(told)

    outline = await chats.outlines.of(ME, "c", limit=5_000)

    assert sum(each.count for each in outline.segments) == 4_000
    assert len(outline.segments) == 2_000
    assert sum(each.on_path for each in outline.segments) == 1_000
    assert (outline.segments[0].created_at, outline.segments[0].ends_at) == (0.0, 2.0)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(min_value=-1, max_value=40), min_size=1, max_size=40))
def test_every_message_is_in_one_run_whatever_the_tree(parents):
    links = [(str(own), str(above)) for own, above in enumerate(parents) if above < own]
    shape = Shape(links)

    seen, waiting = [], list(shape.below(None))
    while waiting:
        run = shape.run_from(waiting.pop())
        assert all(shape.above(low) == high for high, low in itertools.pairwise(run))
        assert len(shape.below(run[-1])) != 1
        waiting += shape.below(run[-1])
        seen += run

    assert sorted(seen) == sorted(own for own, _ in links)
